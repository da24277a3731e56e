# Was jeder Bot sagt. Hier steht nichts von Discord oder Telegram.

## Ein Auftrag

job-queued = ⏳ In der Warteschlange, an { $place }. Stelle.
job-running = 🎙️ In Arbeit: { $percent } %
job-done = { $voice } · { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] Credit
   *[other] Credits
}
job-done-sound = { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] Credit
   *[other] Credits
}
job-cancelled = Abgebrochen. { NUMBER($credits) } { $credits ->
    [one] Credit wurde
   *[other] Credits wurden
} zurückgegeben.
job-gone = Dieser Clip wird nicht mehr aufbewahrt. Mach ihn noch einmal.
clip-too-large = Der Clip hat { NUMBER($megabytes) } MB, mehr als hier angehängt werden kann. Dieser Link gilt eine Stunde: { $link }
clip-as-link = Dieser Link gilt eine Stunde: { $link }
clip-for-you = Hier ist, worum du gebeten hast:
clip-no-longer-there = Den Ort, an dem du gefragt hast, gibt es nicht mehr, also kommt es hier:

## Was schiefging

error-unexpected = Bei uns ist etwas schiefgegangen. Versuch es noch einmal, und nenne { $reference }, wenn es so bleibt.
error-not-yours = Das kann nur, wer darum gebeten hat.
error-nothing-to-say = In dieser Nachricht steht kein Text.
error-no-audio = In dieser Nachricht ist keine Audiodatei. Wähle eine mit einer Datei oder Sprachnachricht.
error-no-audio-here = In den letzten Nachrichten hier ist keine Audiodatei. Hänge eine an.
error-attachment-gone = Diese Datei ist nicht mehr abrufbar: ihr Link ist abgelaufen. Schick sie noch einmal.
error-attachment-large = Diese Datei hat { NUMBER($megabytes) } MB und ist zu groß: höchstens { NUMBER($most) } MB.
error-text-file = Diese Datei ist kein Text, den ich lesen kann. Schick sie als .txt in UTF-8.
error-number = „{ $given }“ ist keine Zahl.
error-no-such-job = So ein Auftrag von dir wartet nicht.
error-consent = Eine Stimme wird nur hinzugefügt, wenn die Person eingewilligt hat. Frag sie, dann bestätige es.
error-only-here = Das geht nur auf einem Server.
error-only-owner = Nur wer diesen Bot betreibt, kann einem Server Credits gewähren. Gib ihm von deinen: das heißt übertragen.
this-server = diesem Server
error-only-admins = Das kann nur, wer diesen Server verwalten darf.

## Listen und Antworten

voices-title = Stimmen
voices-yours = Deine eigenen
voices-built-in = Eingebaute
voices-none = Zu „{ $text }“ passt keine Stimme.
voice-added = „{ $name }“ gehört jetzt dir. Sag etwas damit: { $example }
voice-deleted = „{ $name }“ ist gelöscht, und die Aufnahme auch.
voice-renamed = Sie heißt jetzt „{ $name }“.
voice-default = Ab jetzt spricht „{ $name }“, wenn du keine Stimme nennst.
voice-default-none = Ab jetzt spricht die eigene Stimme des Modells, wenn du keine nennst.
voice-choose = Welche Stimme?
voices-choose-for-clip = Wessen Stimme soll der Clip annehmen?
voice-of-yours = Deine Stimme
voice-recorded = { NUMBER($seconds) } s Aufnahme
voice-consent = Einwilligung bestätigt von { $who } am { $when }.
history-title = Was du gemacht hast
history-empty = Da ist noch nichts.
credits-have = Du hast { NUMBER($credits) } { $credits ->
    [one] Credit
   *[other] Credits
}.
credits-pool = Dieser Server hat { NUMBER($credits) }, die hier zuerst ausgegeben werden.
credits-prices = Sprache kostet 1 je Zeichen, eine gewandelte Stimme 15 je Sekunde, ein Klang 40 je Sekunde.
credits-given = { NUMBER($credits) } { $credits ->
    [one] Credit ist
   *[other] Credits sind
} jetzt bei { $name }.
credits-granted = { NUMBER($credits) } gewährt: { $name }.
queue-title = Worauf du wartest
queue-empty = Du wartest auf nichts.
queue-more = … und { $count } weitere.
cancel-asked = Es hält beim nächsten Schritt an.
cancel-which = Mehrere Aufträge von dir warten. Wähle einen aus.
cancelled-many = { $count } { $count ->
    [one] Auftrag
   *[other] Aufträge
} abgebrochen.
settings-title = Deine Einstellungen
settings-changed = Gespeichert.
settings-voice = Stimme
settings-speed = Tempo
settings-format = Format
settings-language = Sprache
settings-private = Nur du siehst Antworten
settings-bubbles = Clips als Sprachnachrichten
settings-default = wie es kommt
yes = ja
no = nein
link-code = Dein Code ist **{ $code }**. Er gilt 10 Minuten und einmal. Gib ihn dort ein, wo du unter anderem Namen bekannt bist, und beide werden eins: Stimmen, Credits und Verlauf.
link-done = Fertig: du bist jetzt hier und dort dieselbe Person. Du hast { NUMBER($credits) } Credits.
privacy-export = Hier ist alles, was von dir aufbewahrt wird.
privacy-export-large = Was von dir aufbewahrt wird, ist mehr, als hier angehängt werden kann. Hol es auf der Webseite dieses Dienstes, oder frag, wer ihn betreibt.
privacy-delete-ask = Das löscht deine Stimmen, Clips, deinen Verlauf, deine Schlüssel und Credits. Es gibt kein Zurück.
privacy-delete-yes = Alles löschen
privacy-deleted = Alles ist gelöscht.
webhook-disabled = Dein Webhook { $name } wurde abgeschaltet: { $reason ->
    [gone] er antwortete mit 410 Gone
   *[failing] seit fünf Tagen kommt dort nichts an
}. Schalte ihn wieder ein, wenn er repariert ist, und hole dann nach, was er verpasst hat.

## Hooks: Adressen, an die andere Dienste etwas schicken

hook-made =
    Hier ist die Adresse. Behalte sie für dich: Wer sie kennt, kann etwas schicken, und du bezahlst.
    { $url }
    Was dort ankommt, wird hier gesprochen. Es darf JSON, ein Formular oder reiner Text sein; Protokoll, Signaturen und Grenzen stehen in der HTTP-API.
hook-none = Du hast keine Hooks.
hook-line = { $name }: { NUMBER($accepted) } gesprochen, { NUMBER($refused) } abgelehnt
hook-deleted = Dieser Hook ist gelöscht. Seine Adresse führt nirgendwohin mehr.
