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
    • `/join` reads this channel aloud in the voice channel you sit in, until `/leave`.
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

## Reading a channel aloud

command-join = Read this channel aloud in your voice channel
command-skip = Skip the message that is being read
command-stop = Stop reading, and forget the messages that wait
command-leave = Leave the voice channel
command-admin-reading = How channels are read aloud here
option-reading-characters = Most characters of a message that are read
option-reading-names = Say who wrote a message
aloud-joined = I read { $text } aloud in { $voice } now, each message in the voice of who wrote it (`/voice default`) and paid like `/tts`. `/skip`, `/stop` and `/leave` are for those who listen.
aloud-stage = On a stage I am heard once a moderator has invited me to speak. Until then I read nothing, and nothing is paid.
aloud-mentions-only = I may not read messages here (the *Message Content* intent is off), so I read only those that mention { $bot }. Whoever runs me can switch it on in Discord’s developer portal, under Bot, and restart me.
aloud-already = I read this channel in { $voice } already.
aloud-join-first = Join a voice channel first: I come there.
aloud-no-gateway = I can read aloud only where I am connected to Discord’s gateway, and this part of me is not. Whoever runs me can start `bernie discord` without an Interactions Endpoint URL.
aloud-not-a-member = I am not a member of this server, only my commands are. Add me again by my install link, with the scope *bot*.
aloud-permission = I am missing a permission in { $channel }: { $permissions }. Ask somebody who manages this server to give it to me.
aloud-full = { $voice } is full. Ask somebody to raise its limit, or to give me **Move Members**.
aloud-no-library = The libraries for voice channels are not installed. Whoever runs me can install `discord.py[voice]`.
aloud-unreachable = I could not get into { $voice }: Discord’s voice server did not answer in time. Try again. If it stays so, whoever runs me should let UDP out.
aloud-not-reading = I read nothing aloud here. `/join` starts that.
aloud-listeners-only = Only those who listen in { $voice } can do that.
aloud-skipped = Skipped.
aloud-nothing = Nothing is being read.
aloud-stopped = { $count ->
    [0] Nothing was waiting.
    [one] Stopped: one message is not read.
   *[other] Stopped: { $count } messages are not read.
}
aloud-left = I have left. `/join` brings me back.
aloud-not-read = { $where } was not read aloud: { $reason }
aloud-unknown = we do not know each other yet. Join a voice channel in that server, or use a command of mine such as `/help`. Then your messages are read too.
reading-now = I read at most { $characters } characters of a message and { $names ->
    [yes] say
   *[no] do not say
} who wrote it.

# Spoken

aloud-says = { $name } says: { $text }
aloud-sent = { $name } sent { $kind ->
    [image] { $count ->
        [one] a picture
       *[other] { $count } pictures
    }
    [video] { $count ->
        [one] a video
       *[other] { $count } videos
    }
    [audio] { $count ->
        [one] a recording
       *[other] { $count } recordings
    }
   *[file] { $count ->
        [one] a file
       *[other] { $count } files
    }
}.
aloud-sticker = { $name } sent a sticker: { $sticker }.
aloud-link = a link
aloud-code = code
aloud-spoiler = a spoiler
aloud-time = a time
aloud-and-so-on = and so on

## Hooks

command-hook = Let other services speak here
command-hook-create = Make an address that others post to, and whose clips come here
command-hook-list = Your hooks
command-hook-delete = Delete a hook of yours
option-template = What is said: “New sale: {"{"}/customer/name{"}"}”
option-hook = Which one
option-hook-purpose = What it is for
hook-not-allowed = For that you need **Manage Webhooks** and the right to write in this channel.
hook-not-here = I cannot post here by myself. Make the hook in a server that I am in, or in our direct messages.
