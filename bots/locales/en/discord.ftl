# What only the Discord bot says. Names: 1 to 32 characters, lower case; descriptions: at most 100.

## Commands. `-name` only where a language has a word of its own: names in English come from the code.

command-tts = Say a text in a voice
command-convert = Say a clip again in another voice
command-sfx = Make the sound that a prompt describes
command-voice = Voices: built in and your own
command-voice-list = The voices there are
command-voice-search = Find a voice
command-voice-add = Add a voice from a recording
command-voice-preview = Hear a voice
command-voice-info = What is known of a voice
command-voice-rename = Give a voice of yours another name
command-voice-delete = Delete a voice of yours
command-voice-default = Who speaks when you name no voice
command-history = What you made, to hear it again
command-credits = Credits
command-credits-show = How many credits you have
command-credits-give = Give credits to somebody
command-credits-transfer = Put credits of yours into what this server has to spend
command-settings = Voice, speed, format and language, once for all
command-queue = What you are waiting for
command-cancel = Cancel what you are waiting for
command-link = Be one person here and elsewhere
command-help = What I can do
command-privacy = What is kept of you
command-privacy-export = Get everything that is kept of you
command-privacy-delete = Delete everything that is kept of you
command-admin = For those who manage this server
command-admin-grant = Grant credits to a member or to this server
command-admin-pool = What this server has to spend
command-admin-limits = Limits for requests in this server
command-admin-channels = Where I may be used
command-admin-usage = Who spent how much
menu-speak = Speak this message
menu-convert = Convert voice

## Options; what is not here is said by the capability itself.

option-text = What to say; leave it out to write in a window
option-text-file = A .txt file with what to say
option-file = An audio file; left out, the last one in this channel
option-private = Only you see it
option-voice = A voice
option-search = A name, a language, how it sounds
option-recording = 3 to 60 seconds of one person speaking
option-name = Its name
option-agreed = The speaker agreed to this voice being made
option-description = How it sounds
option-new-name = Its new name
option-amount = How many credits
option-member = To whom
option-speed = 1 is the voice’s own pace
option-format = File format of clips
option-language = Language of my answers
option-bubbles = Clips as voice messages, where that is possible
option-job = Which request; left out, the only one
option-code = The code you were given elsewhere
option-days = Of how many days
option-channel = A channel
option-allowed = May I be used there?
option-characters = Most characters in one request, 0 for no limit
option-daily = Most credits a member spends here in a day, 0 for no limit
option-own-voice = Voice of yours

## Buttons, windows and lists

button-again = Again
button-voice = Other voice
button-slower = Slower
button-faster = Faster
button-download = Download
button-delete = Delete
button-cancel = Cancel
button-newer = Newer
button-older = Older
button-more = More voices
button-back = Back
button-hear = Choose what to hear
window-title = Say a text
window-text = What to say
window-voice = Voice
window-speed = Speed, 0.5 to 2
download-here = This link is good for an hour: { $link }
list-voice = **{ $name }** · { $about }
help =
    I am **{ $bot }** and make audio. It comes back as a file with buttons: again, another voice, slower, faster.
    • `/tts` says a text. Leave the text out to write in a window, or attach a .txt file.
    • `/convert` says an audio file again in another voice. `/sfx` makes a sound.
    • Right-click a message → Apps → *{ $speak }* or *{ $convert }*.
    • `/voice add` makes a voice from a recording whose speaker agreed. `/settings` keeps your voice and more.
    • `/credits show` says what you have, `/queue` what you wait for, `/history` what you made.
    • `/privacy export` and `/privacy delete` are yours to use. `/link` makes you one person here and elsewhere.
permission-missing = I am missing a permission here: { $permissions }. Ask somebody who manages this server to give it to me.
permission-missing-there = Where you asked I am missing a permission: { $permissions }. Ask somebody who manages that server to give it to me.
permission-read = I cannot read this channel, so I cannot find the last audio here. Ask for *View Channel* and *Read Message History*, or attach the file.
permission-content = I may not read messages here (the *Message Content* intent is off), so I cannot find the last audio. Attach the file.
clip-below = It is below, as a voice message.
reply-expired = <@{ $user }>
pool-balance = This server has { NUMBER($credits) } credits. They are spent first; when they are gone, members spend their own.
usage-title = Spent here in { $days } days
usage-line = { $name }: { NUMBER($credits) }
usage-empty = Nothing was spent here.
limits-now = At most { $characters } characters in a request, at most { $daily } credits a member in a day.
limits-none = no limit of
channel-allowed = I may be used in { $channel }.
channel-denied = I may not be used in { $channel } any more.
