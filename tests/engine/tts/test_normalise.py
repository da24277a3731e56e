"""What a listener hears instead of what is written. The table is the specification: add a row before a rule."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import InvalidInput
from engine.tts.normalise import normalise, normalised, require_sayable
from engine.tts.pronunciations import MOST_SAID, Pronunciation

NUMBERS = [
    ("0", "zero"),
    ("7 dwarfs", "seven dwarfs"),
    ("42", "forty-two"),
    ("123 cats", "one hundred twenty-three cats"),
    ("1,234 cats", "one thousand two hundred thirty-four cats"),
    ("1,250,000", "one million two hundred fifty thousand"),
    ("1000000 reasons", "one million reasons"),
    ("10\u00a0000 steps", "ten thousand steps"),
    ("3.14", "three point one four"),
    ("0.05", "zero point zero five"),
    (".5", "point five"),
    ("-5 outside", "minus five outside"),
    ("It is −5.", "It is minus five."),
    ("+3 today", "plus three today"),
    ("±2", "plus or minus two"),
    ("~50 people", "about fifty people"),
    ("007", "zero zero seven"),
    ("1234567890123", "one two three four five six seven eight nine zero one two three"),
    ("1st place", "first place"),
    ("the 2nd, 3rd and 4th", "the second, third and fourth"),
    ("the 21st century", "the twenty-first century"),
    ("the 100th day", "the hundredth day"),
    ("the 1,000th visitor", "the thousandth visitor"),
    ("1/2 cup", "one half cup"),
    ("3/4 of it", "three quarters of it"),
    ("2/3", "two thirds"),
    ("1 1/2 cups", "one and a half cups"),
    ("2 3/8", "two and three eighths"),
    ("3½ hours", "three and a half hours"),
    ("¼ full", "one quarter full"),
    ("120/80", "one hundred twenty over eighty"),
    ("open 24/7", "open twenty-four seven"),
    ("50%", "fifty percent"),
    ("99.9 %", "ninety-nine point nine percent"),
    ("5-10%", "five to ten percent"),
    ("5%–10%", "five to ten percent"),
    ("10-15 people", "ten to fifteen people"),
    ("pages 10–12", "pages ten to twelve"),
    ("16:9", "sixteen to nine"),
    ("19-year-old", "nineteen-year-old"),
    ("10k followers", "ten thousand followers"),
    ("5M views", "five million views"),
    ("1.5bn", "one point five billion"),
    ("2x faster", "two times faster"),
    ("1920x1080", "nineteen twenty by ten eighty"),
    ("3 × 4 cm", "three by four cm"),
    ("１２３", "one hundred twenty-three"),
    ("٣ cats", "three cats"),
    ("version v2.0.1", "version version two point zero point one"),
    ("192.168.1.1", "one hundred ninety-two dot one hundred sixty-eight dot one dot one"),
]
MONEY = [
    ("$9.99", "nine dollars and ninety-nine cents"),
    ("$1", "one dollar"),
    ("$1.00", "one dollar"),
    ("$0.50", "fifty cents"),
    ("$1,234.56", "one thousand two hundred thirty-four dollars and fifty-six cents"),
    ("-$5.50", "minus five dollars and fifty cents"),
    ("€5", "five euros"),
    ("20 €", "twenty euros"),
    ("5€", "five euros"),
    ("£0.01", "one penny"),
    ("£3.20", "three pounds and twenty pence"),
    ("£1.2m", "one point two million pounds"),
    ("$5 million", "five million dollars"),
    ("$3bn", "three billion dollars"),
    ("$100k", "one hundred thousand dollars"),
    ("$5-10", "five to ten dollars"),
    ("$5-$10", "five to ten dollars"),
    ("a $5 bill", "a five dollar bill"),
    ("$5/month", "five dollars per month"),
    ("US$20", "twenty U S dollars"),
    ("CA$5", "five Canadian dollars"),
    ("¥500", "five hundred yen"),
    ("₹500", "five hundred rupees"),
    ("20 GBP", "twenty pounds"),
    ("USD 20", "twenty dollars"),
    ("3 cents", "three cents"),
    ("50¢", "fifty cents"),
]
DATES = [
    ("2024-03-03", "March third, twenty twenty-four"),
    ("3/4/2024", "March fourth, twenty twenty-four"),
    ("25/12/2024", "December twenty-fifth, twenty twenty-four"),
    ("12/25/99", "December twenty-fifth, nineteen ninety-nine"),
    ("03.04.2024", "April third, twenty twenty-four"),
    ("March 3rd, 2024", "March third, twenty twenty-four"),
    ("March 3, 2024.", "March third, twenty twenty-four."),
    ("Mar. 5", "March fifth"),
    ("Sept. 11, 2001", "September eleventh, two thousand one"),
    ("3 March 2024", "the third of March, twenty twenty-four"),
    ("the 4th of July", "the fourth of July"),
    ("March 2024", "March twenty twenty-four"),
    ("Jan 5-7", "January fifth to seventh"),
    ("You may 5 times", "You may five times"),
    ("2024-03-03T14:05:00Z", "March third, twenty twenty-four, fourteen oh five"),
    ("in 1984", "in nineteen eighty-four"),
    ("in 1905", "in nineteen oh five"),
    ("in 2005", "in two thousand five"),
    ("in 2000", "in two thousand"),
    ("in 1900", "in nineteen hundred"),
    ("1776 was", "seventeen seventy-six was"),
    ("1984 sheep", "one thousand nine hundred eighty-four sheep"),
    ("1500 pages", "one thousand five hundred pages"),
    ("the 1990s", "the nineteen nineties"),
    ("the '80s", "the eighties"),
    ("the class of '05", "the class of oh five"),
    ("1990-1995", "nineteen ninety to nineteen ninety-five"),
    ("44 BC", "forty-four B C"),
    ("7:30 pm", "seven thirty P M"),
    ("at 7 a.m. today", "at seven A M today"),
    ("At 5 p.m. He left.", "At five P M. He left."),
    ("It is 5 p.m.", "It is five P M."),
    ("3-5pm", "three to five P M"),
    ("9am-5pm", "nine A M to five P M"),
    ("19:05", "nineteen oh five"),
    ("7:00", "seven o'clock"),
    ("14:00", "fourteen hundred"),
    ("12:30:15", "twelve thirty and fifteen seconds"),
    ("Mon., May 5", "Monday, May fifth"),
]
MEASURES = [
    ("5 km", "five kilometers"),
    ("1 km", "one kilometer"),
    ("3 kg", "three kilograms"),
    ("2-3 kg", "two to three kilograms"),
    ("70kg", "seventy kilograms"),
    ("20 °C", "twenty degrees Celsius"),
    ("-20°C", "minus twenty degrees Celsius"),
    ("98.6°F", "ninety-eight point six degrees Fahrenheit"),
    ("a 90° turn", "a ninety degree turn"),
    ("60 mph", "sixty miles per hour"),
    ("5 km/h", "five kilometers per hour"),
    ("5 m²", "five square meters"),
    ("10 km2", "ten square kilometers"),
    ("½ mi", "one half of a mile"),
    ("100MB", "one hundred megabytes"),
    ("2.4 GHz", "two point four gigahertz"),
    ("45s", "forty-five seconds"),
    ("a 5 km run", "a five kilometer run"),
    ("a 10-km run", "a ten kilometer run"),
    ("5 ft. tall", "five feet tall"),
    ("6'2\" tall", "six foot two tall"),
    ("8 GB/s", "eight gigabytes per second"),
]
WORDS = [
    ("Dr. Smith", "Doctor Smith"),
    ("Mr. and Mrs. Jones", "Mister and Missus Jones"),
    ("Prof. Xavier", "Professor Xavier"),
    ("Gen. Lee", "General Lee"),
    ("St. Louis", "Saint Louis"),
    ("Visit St. Paul.", "Visit Saint Paul."),
    ("on Main St.", "on Main Street."),
    ("Main St. The shop", "Main Street. The shop"),
    ("12 Oak St. Apt. 4", "twelve Oak Street Apartment four"),
    ("Mulholland Dr. is long", "Mulholland Drive is long"),
    ("e.g. this", "for example this"),
    ("i.e., that", "that is, that"),
    ("cats, dogs, etc. are", "cats, dogs, et cetera are"),
    ("And so on, etc.", "And so on, et cetera."),
    ("us vs. them", "us versus them"),
    ("No. 5", "number five"),
    ("No. Yes.", "No. Yes."),
    ("№ 5", "number five"),
    ("pp. 5-7", "pages five to seven"),
    ("Smith Jr. went", "Smith Junior went"),
    ("Acme Inc. is", "Acme Incorporated is"),
    ("U.S. law", "U S law"),
    ("J. K. Rowling", "J K Rowling"),
    ("J.R.R. Tolkien", "J R R Tolkien"),
    ("Plan B. Then", "Plan B. Then"),
    ("a Ph.D. student", "a P H D student"),
    ("NASA", "NASA"),
    ("the FBI", "the F B I"),
    ("HTML and CSS", "H T M L and C S S"),
    ("two CPUs", "two C P U's"),
    ("the UK's", "the U K's"),
    ("THANK US LATER", "THANK US LATER"),
    ("HELLO WORLD", "HELLO WORLD"),
    ("HMM", "HMM"),
    ("Henry VIII", "Henry the eighth"),
    ("Louis XIV's", "Louis the fourteenth's"),
    ("Elizabeth I was", "Elizabeth I was"),
    ("Chapter IV", "Chapter four"),
    ("World War II", "World War two"),
    ("Final Fantasy VII", "Final Fantasy seven"),
    ("Malcolm X", "Malcolm X"),
    ("I am", "I am"),
    ("MP3", "M P three"),
    ("B2B", "B two B"),
    ("H₂O", "H two O"),
    ("COVID-19", "COVID-nineteen"),
    ("GPT-4", "G P T four"),
    ("4K", "four K"),
    ("w/o sugar", "without sugar"),
    ("and/or", "and or"),
]
ADDRESSES = [
    ("https://www.example.com/path/to?x=1", "example dot com slash path slash to"),
    ("See example.org.", "See example dot org."),
    ("http://localhost:8080", "localhost port eight zero eight zero"),
    ("bbc.co.uk", "bbc dot co dot U K"),
    ("t.me/foo", "t dot me slash foo"),
    ("the end.So we", "the end.So we"),
    ("john.doe@example.com", "john dot doe at example dot com"),
    ("@user_name", "at user name"),
    ("#HelloWorld", "hashtag Hello World"),
    ("#5", "number five"),
    ("555-1234", "five five five, one two three four"),
    ("+1 (555) 123-4567", "one, five five five, one two three, four five six seven"),
    ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
    ("call 911", "call nine one one"),
    ("123-45-6789", "one two three, four five, six seven eight nine"),
    ("report_final.pdf", "report final dot P D F"),
    ("C# and C++", "C sharp and C plus plus"),
    (".NET", "dot NET"),
    ("<@123456789> hi", "hi"),
    ("<:wave:123456789> hi", "wave hi"),
]
SIGNS = [
    ("a grade of B+", "a grade of B plus"),
    ("2 + 2 = 4", "two plus two equals four"),
    ("5 - 3 = 2", "five minus three equals two"),
    ("x < 5", "x is less than five"),
    ("a >= b", "a is greater than or equal to b"),
    ("x²", "x squared"),
    ("E=mc²", "E equals mc squared"),
    ("10^6", "ten to the power of six"),
    ("10⁻³", "ten to the power of minus three"),
    ("salt & pepper", "salt and pepper"),
    ("R&amp;B", "R and B"),
    ("A → B", "A to B"),
    ("π ≈ 3", "pi approximately three"),
    ("§ 5", "section five"),
    ("Bernie™ ®", "Bernie"),
    ("I love it 😂", "I love it, face with tears of joy"),
    ("🔥🔥🔥", "fire"),
    ("I ❤️ NY", "I, red heart, N Y"),
    ("👍🏽", "thumbs up"),
    ("🇺🇸", "U S flag"),
    ("<3", "heart"),
    ("ok :-)", "ok"),
    (":tada: yes", "tada yes"),
    ("**bold** and _it_", "bold and it"),
    ("~~gone~~ `code`", "gone code"),
    ("||secret||", "secret"),
    ("[text](http://x.y)", "text"),
    ("<b>big</b>", "big"),
    ("# Title\nBody", "Title. Body"),
    ("- one\n- two", "one, two"),
    ("> quoted", "quoted"),
    ("| a | b |\n|---|---|\n| c | d |", "a, b. c, d"),
    ("One\n\nTwo", "One. Two"),
    ("roses are red\nViolets", "roses are red, Violets"),
    ("wrapped\nline", "wrapped line"),
    ("Wait...", "Wait…"),
    ("No!!!", "No!"),
    ("What?!?!", "What?!"),
    ("“Hi,” she said", '"Hi," she said'),
    ("‘single’ quotes", "single quotes"),
    ("don’t", "don't"),
    ("rock 'n' roll", "rock n roll"),
    ("this -- that", "this — that"),
    ("this - that", "this — that"),
    ("well-known", "well-known"),
    ("ﬁne 𝓗𝓮𝓵𝓵𝓸", "fine Hello"),
    ("zero\u200bwidth\x07", "zerowidth"),
    ("cafe\u0301", "café"),
    ("Z\u0335\u0336\u0337\u0338\u0334\u0335algo", "Z\u0335\u0336\u0337\u0338algo"),
    ("  too   many   spaces  ", "too many spaces"),
    ("he/she", "he slash she"),
    ("( )", ""),
    ("", ""),
]
ROWS = [*NUMBERS, *MONEY, *DATES, *MEASURES, *WORDS, *ADDRESSES, *SIGNS]


@pytest.mark.parametrize(("written", "said"), ROWS, ids=[row[0][:30] for row in ROWS])
def test_what_is_written_becomes_what_is_said(written, said):
    assert normalise(written) == said


@pytest.mark.parametrize(
    "sentence",
    ["The quick brown fox jumps over the lazy dog.", "I can't believe it's not butter!", "Who, me? Yes; you: why not?"],
)
def test_plain_english_stays_as_it_is(sentence):
    assert normalise(sentence) == sentence


def test_every_word_of_a_reading_comes_from_the_token_that_was_written():
    said, _ = normalised("It costs $9.99, OK?")
    words = said.text.index("nine"), said.text.index("cents") + len("cents")
    assert said.origin(*words) == (9, 14)
    assert "It costs $9.99, OK?"[9:14] == "$9.99"


@pytest.mark.parametrize("text", ["hello", "5", "€", "é", "[x](/ˈɛks/)", "😂", "+", "1/2", "ß"])
def test_a_text_with_something_to_say_is_speakable(text):
    require_sayable(text)


@pytest.mark.parametrize(
    "text", ["", " \n", "...", "?!", "—", "\u200b", "🏻", "***", "()", "'", "你好", "Привет", "\ue000"]
)
def test_a_text_without_a_speakable_character_is_not(text):
    with pytest.raises(InvalidInput, match=r"nothing in this text .* Write English words\."):
        require_sayable(text)


def test_a_text_that_signs_or_rules_make_very_long_is_refused():
    for text, rules in (("😂🚀" * 2500, ()), ("a " * 2500, [Pronunciation(word="a", alias="word " * 40)])):
        with pytest.raises(InvalidInput, match=rf"this text is \d+,\d+ .* {MOST_SAID:,} are the most\. Shorten it\."):
            require_sayable(text, rules)
    require_sayable("5" * 5000)
    pinned = Pronunciation(word="a", phonemes="ˈæ" * 100)
    require_sayable("a " * 100, [pinned])
    with pytest.raises(InvalidInput, match="the most"):
        require_sayable("a " * 200, [pinned])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=5000))
def test_any_text_is_read_and_keeps_its_origins(text):
    said, pins = normalised(text)
    assert not pins
    assert len(said.text) == len(said.starts) == len(said.ends)
    assert list(said.starts) == sorted(said.starts)
    assert all(
        0 <= start < end <= len(text) for start, end in zip(said.starts, said.ends, strict=True) if start < len(text)
    )


ALPHABET = "aAzEé19.,:;!?'\"-—/\\$€%°@#&+=<>()[]*_~`^|½²x \n\tкあ😂❤\ufe0f\u0301"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=300))
def test_dense_punctuation_is_read_without_a_digit_left(text):
    said = normalise(text)
    assert not any(character.isdecimal() for character in said)
    assert "  " not in said


REPEATED = ["a", "1", " ", "\n", "'", '"', ".", "-", "A-", "1-", "a.", "a@", "[a](", "<a ", "1,", "1/", "_", "e\u0301"]


@pytest.mark.slow
@pytest.mark.parametrize("unit", [*REPEATED, "Dr. 5km кир 你好 😂 $1.50, "], ids=repr)
def test_a_long_text_takes_time_in_proportion_to_its_length(unit):
    def seconds(length):
        started = time.process_time()
        normalise((unit * length)[:length])
        return time.process_time() - started

    # Quadratic would be a hundred times as long for ten times the text.
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.02)
