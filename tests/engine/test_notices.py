"""What a user is told with a clip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.offers import Model, Offer
from tests.house import OFFERS, fresh_house

NOTE = "A tone, not a voice."


async def test_what_a_model_is_stands_with_the_first_clip_that_a_user_has_of_it(tmp_path: Path) -> None:
    [tone] = OFFERS["tts"].models
    noted = replace(tone, note=NOTE, heard=lambda params: params.text.split()[0])
    offers = {**OFFERS, "tts": Offer(capability="tts", models=(noted,))}
    async with fresh_house("sqlite", tmp_path, offers=offers) as house, house.working():
        ann, ben = await house.user("ann"), await house.user("ben")
        told = []
        for user, text in ((ann, "Rain falls."), (ann, "Wind blows."), (ben, "Fire burns.")):
            job = await house.engine.jobs.submit(user, "tts", {"text": text})
            async for status in house.engine.jobs.watch(user, job.id):
                last = status
            told.append(last.notice)
        first = (await house.engine.jobs.page(ann))[-1].job
        again = await house.engine.jobs.get(ann, first.id)
    assert told == [f"Heard: Rain. {NOTE}", "Heard: Wind.", f"Heard: Fire. {NOTE}"]
    assert again.notice == told[0], "it stands with the same clip whenever one looks"


def test_a_model_with_nothing_to_say_says_nothing() -> None:
    assert Model(name="tone").note == Model(name="tone").heard(None) == ""
