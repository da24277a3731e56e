# Was nur der Telegram-Bot sagt.

## Commands

telegram-command-tts = Einen Text sprechen: /tts voice=emma Hallo
telegram-command-convert = Eine Sprachnachricht mit anderer Stimme: darauf antworten
telegram-command-sfx = Ein Geräusch machen: /sfx rain on a tin roof
telegram-command-voices = Welche Stimmen es gibt, zum Anhören und Auswählen
telegram-command-voice = Wer spricht, wenn du keine Stimme nennst
telegram-command-addvoice = Eine Stimme aus einer Aufnahme hinzufügen
telegram-command-history = Was du gemacht hast, zum Wiederanhören
telegram-command-credits = Wie viele Credits du hast
telegram-command-topup = Credits mit Telegram-Sternen kaufen
telegram-command-queue = Worauf du wartest
telegram-command-cancel = Alles abbrechen, worauf du wartest
telegram-command-settings = Stimme, Tempo und Sprache, ein für alle Mal
telegram-command-language = Sprache meiner Antworten
telegram-command-link = Hier und anderswo dieselbe Person sein
telegram-command-privacy = Was über dich gespeichert ist: bekommen, löschen
telegram-command-help = Was ich kann

## Answers

telegram-help =
    Ich mache Ton. Schick mir einen Text, und ich spreche ihn; schick mir eine Sprachnachricht, und ich sage sie mit anderer Stimme.
    /tts spricht einen Text, mit Optionen davor: /tts voice=emma speed=1.2 Hallo. Als Antwort spricht es die Nachricht, auf die du antwortest.
    /sfx macht ein Geräusch: /sfx rain on a tin roof.
    /convert als Antwort auf eine Sprachnachricht sagt sie noch einmal: /convert voice=emma.
    Mit /voices hörst und wählst du Stimmen, /addvoice macht eine aus einer Aufnahme, deren Sprecher zugestimmt hat.
    /credits sagt, was du hast, /queue, worauf du wartest, /history, was du gemacht hast.
    /settings, /language, /link und /privacy gehören dir.
    Nenne mich in einer Gruppe oder antworte mir. In jedem anderen Chat schreibst du { $bot } und einen Satz.
telegram-usage = Schreib, was es sein soll, etwa { $example }. Optionen stehen davor, als name=wert: { $options }.
telegram-example-tts = /tts Hallo zusammen
telegram-example-sfx = /sfx rain on a tin roof
telegram-unknown = Diesen Befehl kenne ich nicht. /help sagt, was ich kann.
telegram-no-words = Ich spreche Texte und wandle Sprachnachrichten, Audio und Videos um. Nichts davon ist in dieser Nachricht.
telegram-no-voices = Es gibt noch keine Stimme zur Auswahl. Füge mit /addvoice eine hinzu.
telegram-convert-what = Antworte mit /convert auf eine Sprachnachricht, ein Audio oder ein Video. Oder schick mir einfach eins.
telegram-too-long = Das dauert { NUMBER($seconds) } s und ist zu lang: höchstens { NUMBER($most) } s.
telegram-in-private = Das geht nur in unserem privaten Chat. Schreib mir dort.

## Voices

telegram-voice-name = Wie soll die Stimme heißen? Antworte mit ihrem Namen.
telegram-voice-consent =
    Eine Stimme namens { $name }: Die Aufnahme muss von jemandem sein, der zugestimmt hat, dass seine Stimme nachgebildet wird.
    Liegt die Zustimmung vor?
telegram-voice-record = Schick mir jetzt eine Sprachnachricht oder Datei für { $name }: 3 bis 60 Sekunden, eine Person, keine Musik.

## Buttons

telegram-button-again = 🔁 Nochmal
telegram-button-voice = 🎭 Andere Stimme
telegram-button-file = 📎 Als Datei
telegram-button-delete = 🗑 Löschen
telegram-button-hear = ▶ Anhören
telegram-button-use = ⭐ Immer nehmen
telegram-button-agree = ✔ Zustimmung liegt vor

## Credits for Stars

telegram-topup = Wie viele Credits möchtest du?
telegram-topup-hint = Mehr mit /topup.
telegram-topup-pack = { NUMBER($credits) } Credits für { NUMBER($stars) } ⭐
telegram-topup-off = Hier werden keine Credits verkauft. Bitte den Betreiber dieses Bots um mehr.
telegram-topup-amount = Schreib eine ganze Zahl von Credits, von 1 bis { NUMBER($most) }: /topup 2500.
telegram-topup-changed = Der Preis hat sich inzwischen geändert. Hol dir mit /topup eine neue Rechnung.
telegram-invoice-title = { NUMBER($credits) } Credits
telegram-invoice = { NUMBER($credits) } Credits für Sprache, Stimmen und Geräusche. Unverbraucht werden sie mit /refund erstattet.
telegram-paid = Danke! { NUMBER($credits) } Credits gehören dir. Du hast { NUMBER($have) }.
telegram-refunded = Erstattet: { NUMBER($credits) } Credits sind zurückgenommen, und du bekommst deine Sterne wieder.
telegram-refund-none = Ich finde keinen solchen Kauf von dir. /refund nimmt den letzten zurück, solange seine Credits unverbraucht sind.
telegram-paysupport = Einen Kauf, dessen Credits unverbraucht sind, erstattet /refund. Zu allem anderen schreib dem Betreiber dieses Bots, mit Datum und Betrag. Der Telegram-Support entscheidet nicht über Käufe hier.

## Inline

telegram-inline-end = Mit . ! oder ? enden, um es zu hören: { NUMBER($credits) } Credits
telegram-inline-wait = Noch in Arbeit. Ein Leerzeichen tippen zum Nachsehen.
telegram-inline-start = Schreib einen Satz, oder öffne erst unseren Chat

## Privacy

telegram-privacy = Ich bewahre deine Stimmen, deine Clips 30 Tage lang, deine Aufträge und deine Credits auf. Du kannst alles bekommen, und du kannst es löschen lassen.
telegram-privacy-export = Schick mir alles

## Hooks

telegram-command-hook = Eine Adresse für andere Dienste, hier gesprochen
telegram-command-hooks = Deine Hooks
hook-only-admins = Das kann nur, wer diese Gruppe verwaltet.
hook-made-private = Die Adresse steht in unserem privaten Chat. Was dort ankommt, wird hier gesprochen.
