# What only the Telegram bot says. Plain text. Descriptions of commands: at most 256 characters.

## Commands

telegram-command-tts = Say a text: /tts voice=emma Hello
telegram-command-convert = Say a voice note again in another voice: reply to it
telegram-command-sfx = Make a sound: /sfx rain on a tin roof
telegram-command-voices = The voices there are, to hear and to choose
telegram-command-voice = Who speaks when you name no voice
telegram-command-addvoice = Add a voice from a recording
telegram-command-history = What you made, to hear it again
telegram-command-credits = How many credits you have
telegram-command-topup = Buy credits with Telegram Stars
telegram-command-queue = What you are waiting for
telegram-command-cancel = Cancel everything you are waiting for
telegram-command-settings = Voice, speed and language, once for all
telegram-command-language = Language of my answers
telegram-command-link = Be one person here and elsewhere
telegram-command-privacy = What is kept of you: get it, delete it
telegram-command-help = What I can do

## Answers

telegram-help =
    I make audio. Send me a text and I say it; send me a voice note and I say it again in another voice.
    /tts says a text, with options before it: /tts voice=emma speed=1.2 Hello. As a reply, it says the message replied to.
    /sfx makes a sound: /sfx rain on a tin roof.
    /convert as a reply to a voice note says it again: /convert voice=emma.
    /voices lets you hear and choose voices, /addvoice makes one from a recording whose speaker agreed.
    /credits says what you have, /queue what you wait for, /history what you made.
    /settings, /language, /link and /privacy are yours to use.
    In a group, name me or reply to me. In any other chat, write { $bot } and a sentence.
telegram-usage = Write what it shall be, such as { $example }. Options come first, such as name=value: { $options }.
telegram-example-tts = /tts Hello there
telegram-example-sfx = /sfx rain on a tin roof
telegram-unknown = I do not know this command. /help says what I can do.
telegram-no-words = I can say texts and convert voice notes, audio and videos. There is neither in this message.
telegram-no-voices = There is no voice to choose yet. Add one with /addvoice.
telegram-convert-what = Reply with /convert to a voice note, an audio or a video. Or just send me one.
telegram-too-long = That lasts { NUMBER($seconds) } s, which is too long: at most { NUMBER($most) } s.
telegram-in-private = That is for our private chat only. Write to me there.

## Voices

telegram-voice-name = What shall the voice be called? Reply with its name.
telegram-voice-consent =
    A voice called { $name }: the recording must be of somebody who agreed that their voice is copied.
    Did they agree?
telegram-voice-record = Now send me a voice note or a file for { $name }: 3 to 60 seconds of one person speaking, without music.

## Buttons

telegram-button-again = 🔁 Again
telegram-button-voice = 🎭 Other voice
telegram-button-file = 📎 As file
telegram-button-delete = 🗑 Delete
telegram-button-hear = ▶ Hear
telegram-button-use = ⭐ Use always
telegram-button-agree = ✔ They agreed

## Credits for Stars

telegram-topup = How many credits do you want?
telegram-topup-hint = More with /topup.
telegram-topup-pack = { NUMBER($credits) } credits for { NUMBER($stars) } ⭐
telegram-topup-off = Credits are not sold here. Ask whoever runs this bot for more.
telegram-topup-amount = Write a whole number of credits, from 1 to { NUMBER($most) }: /topup 2500.
telegram-topup-changed = The price has changed since. Ask for a new invoice with /topup.
telegram-invoice-title = { NUMBER($credits) } credits
telegram-invoice = { NUMBER($credits) } credits for speech, voices and sounds. Unspent, they can be refunded with /refund.
telegram-paid = Thank you! { NUMBER($credits) } credits are yours. You have { NUMBER($have) }.
telegram-refunded = Refunded: { NUMBER($credits) } credits were taken back, and you get your Stars.
telegram-refund-none = I find no such purchase of yours. /refund takes back the last one, while its credits are unspent.
telegram-paysupport = A purchase whose credits are unspent is refunded with /refund. For anything else about payments, write to whoever runs this bot, with the date and the amount. Telegram's support does not decide about purchases here.

## Inline

telegram-inline-end = End with . ! or ? to hear it: { NUMBER($credits) } credits
telegram-inline-wait = Still being made. Type a space to look again.
telegram-inline-start = Write a sentence, or open our chat first

## Privacy

telegram-privacy = I keep your voices, your clips for 30 days, what you asked for, and your credits. You can have all of it, and you can have it deleted.
telegram-privacy-export = Send me everything

## Hooks

telegram-command-hook = An address that others post to, spoken here
telegram-command-hooks = Your hooks
hook-only-admins = Only an administrator of this group can do that.
hook-made-private = The address is in our private chat. What is posted there is spoken here.
