"""The published models that this version can load, as data.

Pinned where a commit is known: a branch may move. Sizes and digests stand where independent sources agree on them;
for the other files the hub's word at that commit is taken: the sha256 of a large file, the git id of a small one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.nn.published import Published, PublishedFile

STYLETTS2_TERMS = (
    "Tell your listeners that the speech is synthesized, unless the speaker of the voice has given permission, "
    "directly or by licence, for it to be cloned. This concerns voices outside the open training sets."
)

STYLETTS2 = Published(
    name="styletts2",
    repo="yl4579/StyleTTS2-LibriTTS",
    # The commit and the sha256 are quoted alike by several independent projects.
    revision="3aa7ba7f8f275ec13dce21682a61494c35089e2a",
    files=(
        PublishedFile("Models/LibriTTS/config.yml"),
        PublishedFile(
            "Models/LibriTTS/epochs_2nd_00020.pth",
            bytes=771_390_526,
            sha256="1164ffe19a17449d2c722234cecaf2836b35a698fb8ffd42562d2663657dca0a",
        ),
    ),
    licence="MIT (code); the weights: see the terms",
    terms=STYLETTS2_TERMS,
    homepage="https://huggingface.co/yl4579/StyleTTS2-LibriTTS",
)

STYLETTS2_LJSPEECH = Published(
    name="styletts2-ljspeech",
    repo="yl4579/StyleTTS2-LJSpeech",
    # No commit, size or digest is known to us: pin them when somebody has fetched it.
    revision="main",
    files=(
        PublishedFile("Models/LJSpeech/config.yml"),
        PublishedFile("Models/LJSpeech/epoch_2nd_00100.pth"),
    ),
    licence="MIT (code); the weights: see the terms",
    terms=STYLETTS2_TERMS,
    homepage="https://huggingface.co/yl4579/StyleTTS2-LJSpeech",
)

# First letter the language (American, British), second f or m, as the publisher names them. The 26 voices of other
# languages are left out until there is a phonemiser for them.
KOKORO_VOICES = (
    *("af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river"),
    *("af_sarah", "af_sky", "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_michael", "am_onyx"),
    *("am_puck", "am_santa", "bf_alice", "bf_emma", "bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_george"),
    "bm_lewis",
)

KOKORO = Published(
    name="kokoro",
    repo="hexgrad/Kokoro-82M",
    # Commit, sizes and digests of the two files are quoted alike by many independent projects that check them; the
    # digest of config.json is also that of the file which our own parity cases were made with.
    revision="f3ff3571791e39611d31c381e3a41a3af07b4987",
    files=(
        PublishedFile(
            "config.json", bytes=2_351, sha256="5abb01e2403b072bf03d04fde160443e209d7a0dad49a423be15196b9b43c17f"
        ),
        PublishedFile(
            "kokoro-v1_0.pth",
            bytes=327_212_226,
            sha256="496dba118d1a58f5f3db2efc88dbdc216e0483fc89fe6e47ee1f2c53f18ad1e4",
        ),
        *(PublishedFile(f"voices/{voice}.pt") for voice in KOKORO_VOICES),
    ),
    licence="Apache-2.0",
    terms="Free for any use under its licence.",
    homepage="https://huggingface.co/hexgrad/Kokoro-82M",
)

# Of the models of voice conversion we know no commit and no digest: the branch is taken, and the hub's word for sizes.
SEED_VC_TERMS = (
    "The publisher states no separate licence for the weights; its code is GPL-3.0: read the page before you offer "
    "them to others. Convert to a voice only with the agreement of whoever it belongs to."
)
SEED_VC = Published(
    name="seed-vc",
    repo="Plachta/Seed-VC",
    revision="main",
    files=(
        PublishedFile("config_dit_mel_seed_uvit_whisper_small_wavenet.yml"),
        PublishedFile("DiT_seed_v2_uvit_whisper_small_wavenet_bigvgan_pruned.pth"),
    ),
    licence="not stated (code: GPL-3.0)",
    terms=SEED_VC_TERMS,
    homepage="https://huggingface.co/Plachta/Seed-VC",
)
SEED_VC_SINGING = replace(
    SEED_VC,
    name="seed-vc-singing",
    files=(
        PublishedFile("config_dit_mel_seed_uvit_whisper_base_f0_44k.yml"),
        PublishedFile("DiT_seed_v2_uvit_whisper_base_f0_44k_bigvgan_pruned_ft_ema_v2.pth"),
    ),
)
CAMPPLUS = Published(
    name="campplus",
    repo="funasr/campplus",
    revision="main",
    files=(PublishedFile("campplus_cn_common.bin"),),
    licence="Apache-2.0",
    terms="Part of Seed-VC: it hears who speaks.",
    homepage="https://huggingface.co/funasr/campplus",
)
WHISPER_SMALL = Published(
    name="whisper-small",
    repo="openai/whisper-small",
    revision="main",
    files=(PublishedFile("config.json"), PublishedFile("model.safetensors")),
    licence="Apache-2.0",
    terms="Part of Seed-VC: it hears what is said.",
    homepage="https://huggingface.co/openai/whisper-small",
)
BIGVGAN_22KHZ = Published(
    name="bigvgan-22khz",
    repo="nvidia/bigvgan_v2_22khz_80band_256x",
    revision="main",
    files=(PublishedFile("config.json"), PublishedFile("bigvgan_generator.pt")),
    licence="MIT",
    terms="Part of Seed-VC: its vocoder for speech.",
    homepage="https://huggingface.co/nvidia/bigvgan_v2_22khz_80band_256x",
)
BIGVGAN_44KHZ = replace(
    BIGVGAN_22KHZ,
    name="bigvgan-44khz",
    repo="nvidia/bigvgan_v2_44khz_128band_512x",
    terms="Part of Seed-VC: its vocoder for singing.",
    homepage="https://huggingface.co/nvidia/bigvgan_v2_44khz_128band_512x",
)
RMVPE = Published(
    name="rmvpe",
    repo="lj1995/VoiceConversionWebUI",
    revision="main",
    files=(PublishedFile("rmvpe.pt"),),
    licence="MIT",
    terms="Part of Seed-VC for singing: it hears the melody.",
    homepage="https://huggingface.co/lj1995/VoiceConversionWebUI",
)

# In the layout that the authors' readme asks for. Only what the hub has can be fetched.
MAKE_AN_AUDIO = Published(
    name="make-an-audio",
    repo="",
    revision="1",
    files=(
        PublishedFile("maa1_full.ckpt"),
        PublishedFile("bigvgan/best_netG.pt"),
        PublishedFile("bigvgan/args.yml"),
        PublishedFile("CLAP/CLAP_weights_2022.pth", repo="microsoft/msclap", remote="CLAP_weights_2022.pth"),
        PublishedFile(
            "bert-base-uncased/vocab.txt",
            sha256="07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            repo="google-bert/bert-base-uncased",
            remote="vocab.txt",
        ),
    ),
    licence="not stated (code: MIT); CLAP: Ms-PL; BERT: Apache-2.0",
    terms="The weights came without a licence, and some of the sounds they were trained on are not for commercial use. "
    "Its publisher forbids making the speech of a person who did not agree.",
    homepage="https://github.com/Text-to-Audio/Make-An-Audio",
    by_hand="https://drive.google.com/drive/folders/1zZTI3-nHrUIywKFqwxlFO6PjB66JA8jI "
    "(where the folder bigvgan may be called bigvnat)",
)

CATALOGUE: Mapping[str, tuple[Published, ...]] = {
    "tts": (STYLETTS2, STYLETTS2_LJSPEECH, KOKORO),
    "vc": (SEED_VC, SEED_VC_SINGING, CAMPPLUS, WHISPER_SMALL, BIGVGAN_22KHZ, BIGVGAN_44KHZ, RMVPE),
    "sfx": (MAKE_AN_AUDIO,),
}
"""By capability: what each of them can need."""

MODELS: Mapping[str, Published] = {model.name: model for models in CATALOGUE.values() for model in models}

PARTS: Mapping[str, tuple[str, ...]] = {
    "seed-vc": ("bigvgan-22khz", "campplus", "whisper-small"),
    "seed-vc-singing": ("bigvgan-44khz", "campplus", "whisper-small", "rmvpe"),
}
"""What a model needs beside its own files: other models here."""


def needed_for(name: str) -> tuple[str, ...]:
    """Itself, and its parts."""
    return (name, *PARTS.get(name, ()))
