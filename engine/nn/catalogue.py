"""The published models that this version can load, as data.

Pinned where a commit is known: a branch may move. Sizes and digests stand where independent sources agree on them;
for the other files the hub's word at that commit is taken: the sha256 of a large file, the git id of a small one.
"""

from __future__ import annotations

from collections.abc import Mapping

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

CATALOGUE: Mapping[str, tuple[Published, ...]] = {
    "tts": (STYLETTS2, STYLETTS2_LJSPEECH, KOKORO),
    "vc": (),
    "sfx": (),
}
"""By capability. An empty one: its models come with a later version."""

MODELS: Mapping[str, Published] = {model.name: model for models in CATALOGUE.values() for model in models}
