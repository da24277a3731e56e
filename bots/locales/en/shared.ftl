# What every bot says. Nothing here knows of Discord or Telegram.

## A job

job-queued = ⏳ In the queue, { ORDINAL($place) ->
    [one] { $place }st
    [two] { $place }nd
    [few] { $place }rd
   *[other] { $place }th
} in line.
job-running = 🎙️ Working on it: { $percent } %
job-done = { $voice } · { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] credit
   *[other] credits
}
job-done-sound = { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] credit
   *[other] credits
}
job-cancelled = Cancelled. { NUMBER($credits) } { $credits ->
    [one] credit was
   *[other] credits were
} given back.
job-gone = This clip is no longer kept. Make it again.
clip-too-large = The clip has { NUMBER($megabytes) } MB, which is more than can be attached here. This link is good for an hour: { $link }
clip-as-link = This link is good for an hour: { $link }
clip-for-you = Here is what you asked for:
clip-no-longer-there = The place where you asked is gone, so here it is:

## What went wrong

error-unexpected = Something went wrong on our side. Try again, and quote { $reference } if it stays.
error-not-yours = Only the one who asked for this can do that.
error-nothing-to-say = There is no text in that message.
error-no-audio = There is no audio file in that message. Choose one that has a file or a voice message.
error-no-audio-here = I found no audio in the last messages here. Attach a file.
error-attachment-gone = That file can no longer be fetched: its link has expired. Send it again.
error-attachment-large = That file has { NUMBER($megabytes) } MB, which is too large: at most { NUMBER($most) } MB.
error-text-file = That file is not a text that I can read. Send it as a .txt file in UTF-8.
error-number = “{ $given }” is not a number.
error-no-such-job = You have no such request waiting.
error-consent = A voice can only be added when its speaker agreed. Ask them, then tick that.
error-only-here = This works in a server only.
error-only-owner = Only whoever runs this bot can grant credits to a server. Give it some of yours: that is a transfer.
this-server = this server
error-only-admins = Only those who may manage this server can do that.

## Lists and answers

voices-title = Voices
voices-yours = Your own
voices-built-in = Built in
voices-none = No voice fits “{ $text }”.
voice-added = “{ $name }” is yours now. Say something with it: { $example }
voice-deleted = “{ $name }” is deleted, and its recording with it.
voice-renamed = It is called “{ $name }” now.
voice-default = “{ $name }” speaks from now on when you name no voice.
voice-default-none = From now on the model’s own voice speaks when you name none.
voice-choose = Which voice?
voices-choose-for-clip = Whose voice shall the clip take?
voice-of-yours = Your voice
voice-recorded = { NUMBER($seconds) } s of recording
voice-consent = Consent recorded by { $who } on { $when }.
history-title = What you made
history-empty = There is nothing yet.
credits-have = You have { NUMBER($credits) } { $credits ->
    [one] credit
   *[other] credits
}.
credits-pool = This server has { NUMBER($credits) }, which are spent first here.
credits-prices = Speech costs 1 a character, a converted voice 15 a second, a sound 40 a second.
credits-given = { NUMBER($credits) } { $credits ->
    [one] credit is
   *[other] credits are
} with { $name } now.
credits-granted = Granted { NUMBER($credits) } to { $name }.
queue-title = What you are waiting for
queue-empty = You are waiting for nothing.
queue-more = …and { $count } more.
cancel-asked = It will stop at its next step.
cancel-which = You have several requests waiting. Choose one, or all of them.
cancelled-many = Cancelled { $count } { $count ->
    [one] request
   *[other] requests
}.
settings-title = Your settings
settings-changed = Saved.
settings-voice = Voice
settings-speed = Speed
settings-format = Format
settings-language = Language
settings-private = Only you see answers
settings-bubbles = Clips as voice messages
settings-default = as it comes
yes = yes
no = no
link-code = Your code is **{ $code }**. It is good for 10 minutes and once. Enter it where you are known by another name, and both become one: voices, credits and history.
link-done = Done: you are one person here and there now. You have { NUMBER($credits) } credits.
privacy-export = Here is everything that is kept of you.
privacy-export-large = Everything that is kept of you is more than can be attached here. Get it on the web page of this service, or ask whoever runs it.
privacy-delete-ask = This deletes your voices, clips, history, keys and credits. There is no way back.
privacy-delete-yes = Delete everything
privacy-deleted = Everything is deleted.
webhook-disabled = Your webhook { $name } was disabled: { $reason ->
    [gone] it answered 410 Gone
   *[failing] nothing has arrived there for five days
}. Enable it again when it is mended, then recover what it missed.

## Hooks: addresses that other services post to

hook-made =
    Here is the address. Keep it to yourself: whoever knows it can post, and you pay.
    { $url }
    What is posted there is spoken here. It takes JSON, a form or plain text; its log, signatures and limits are in the HTTP API.
hook-none = You have no hooks.
hook-line = { $name }: { NUMBER($accepted) } spoken, { NUMBER($refused) } refused
hook-deleted = That hook is deleted. Its address leads nowhere now.
