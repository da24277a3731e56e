"""What users write in IPA or ARPAbet is what the voices' own phonemisers would have written."""

from __future__ import annotations

import pytest

from engine.pronunciations import ARPABET
from engine.tts.alphabets import TABLES, ipa_of, translated
from engine.tts.phonemes import EspeakPhonemiser, KokoroPhonemiser
from engine.tts.pronunciations import Pronunciation

# CMU's dictionary has them so, and all three phonemisers agree with it.
WORDS = {
    "hello": "HH AH0 L OW1",
    "nature": "N EY1 CH ER0",
    "bird": "B ER1 D",
    "judge": "JH AH1 JH",
    "boy": "B OY1",
    "house": "HH AW1 S",
    "see": "S IY1",
    "happy": "HH AE1 P IY0",
    "thinking": "TH IH1 NG K IH0 NG",
    "measure": "M EH1 ZH ER0",
    "goat": "G OW1 T",
    "five": "F AY1 V",
}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_in_arpabet_is_what_the_phonemiser_says(word: str) -> None:
    ipa = ipa_of(WORDS[word])
    assert translated(ipa, "american") == KokoroPhonemiser().phonemes(word)
    assert translated(ipa, "espeak") == EspeakPhonemiser().phonemes(word)
    british = KokoroPhonemiser(british=True).phonemes(word)
    # The dictionary is American: it says the r at the end.
    assert translated(ipa, "british").removesuffix("ɹ") == british


@pytest.mark.parametrize(
    ("written", "said"),
    [("həˈloʊ", "həlˈO"), ("ˈt͡ʃiːz", "ʧˈiz"), ("ˈstrɔ.bə.ri", "stɹˈɔbəɹi"), ("ˈbʌtn\u0329", "bˈʌtᵊn"), ("", "")],
)
def test_ipa_as_people_write_it_becomes_what_the_voice_reads(written: str, said: str) -> None:
    assert translated(written, "american") == said


def test_every_symbol_of_arpabet_has_a_sound_in_every_alphabet() -> None:
    for symbol in ARPABET:
        assert all(translated(ipa_of(symbol), dialect) for dialect in TABLES)


@pytest.mark.parametrize("phonemiser", [KokoroPhonemiser(), KokoroPhonemiser(british=True), EspeakPhonemiser()])
def test_a_rule_in_either_alphabet_is_said_as_the_word_itself(
    phonemiser: KokoroPhonemiser | EspeakPhonemiser,
) -> None:
    plain = phonemiser.phonemes("I said goat to him.")
    for phonemes, alphabet in ((WORDS["goat"], "cmu-arpabet"), ("ɡoʊt", "ipa"), ("ˈgoʊt", "ipa")):
        rule = Pronunciation(word="XYZ", phonemes=phonemes, alphabet=alphabet)  # type: ignore[arg-type]
        said = phonemiser.phonemes("I said XYZ to him.", [rule])
        assert said.replace("ˈ", "") == plain.replace("ˈ", "")
