# Was nur der Discord-Bot sagt.

## Befehle

command-tts = Einen Text mit einer Stimme sprechen
command-tts-name = sprich
command-convert = Einen Clip mit einer anderen Stimme sprechen
command-convert-name = wandle
command-sfx = Den beschriebenen Klang machen
command-sfx-name = klang
command-voice = Stimmen: eingebaute und deine eigenen
command-voice-name = stimme
command-voice-list = Welche Stimmen es gibt
command-voice-list-name = liste
command-voice-search = Eine Stimme finden
command-voice-search-name = suchen
command-voice-add = Eine Stimme aus einer Aufnahme hinzufügen
command-voice-add-name = hinzufügen
command-voice-preview = Eine Stimme anhören
command-voice-preview-name = probe
command-voice-info = Was man von einer Stimme weiß
command-voice-info-name = info
command-voice-rename = Eine deiner Stimmen umbenennen
command-voice-rename-name = umbenennen
command-voice-delete = Eine deiner Stimmen löschen
command-voice-delete-name = löschen
command-voice-default = Wer spricht, wenn du keine Stimme nennst
command-voice-default-name = vorgabe
command-history = Was du gemacht hast, zum Wiederhören
command-history-name = verlauf
command-credits = Credits
command-credits-show = Wie viele Credits du hast
command-credits-show-name = zeigen
command-credits-give = Jemandem Credits geben
command-credits-give-name = geben
command-credits-transfer = Eigene Credits in das legen, was dieser Server ausgeben kann
command-credits-transfer-name = übertragen
command-settings = Stimme, Tempo, Format und Sprache, ein für alle Mal
command-settings-name = einstellungen
command-queue = Worauf du wartest
command-queue-name = warteschlange
command-cancel = Abbrechen, worauf du wartest
command-cancel-name = abbrechen
command-link = Hier und anderswo dieselbe Person sein
command-link-name = verbinden
command-help = Was ich kann
command-help-name = hilfe
command-privacy = Was von dir aufbewahrt wird
command-privacy-name = datenschutz
command-privacy-export = Alles bekommen, was von dir aufbewahrt wird
command-privacy-export-name = export
command-privacy-delete = Alles löschen, was von dir aufbewahrt wird
command-privacy-delete-name = löschen
command-admin = Für alle, die diesen Server verwalten
command-admin-grant = Einem Mitglied oder diesem Server Credits gewähren
command-admin-pool = Was dieser Server ausgeben kann
command-admin-limits = Grenzen für Aufträge auf diesem Server
command-admin-channels = Wo ich benutzt werden darf
command-admin-usage = Wer wie viel ausgegeben hat
menu-speak = Diese Nachricht sprechen
menu-convert = Stimme wandeln

## Optionen

option-text = Was gesagt wird; ohne schreibst du in ein Fenster
option-text-file = Eine .txt-Datei mit dem, was gesagt wird
option-file = Eine Audiodatei; ohne die letzte in diesem Kanal
option-private = Nur du siehst es
option-voice = Eine Stimme
option-search = Ein Name, eine Sprache, wie sie klingt
option-recording = 3 bis 60 Sekunden, in denen eine Person spricht
option-name = Ihr Name
option-agreed = Die Person hat eingewilligt, dass diese Stimme gemacht wird
option-description = Wie sie klingt
option-new-name = Ihr neuer Name
option-amount = Wie viele Credits
option-member = Wem
option-speed = 1 ist das eigene Tempo der Stimme
option-format = Dateiformat der Clips
option-language = Sprache meiner Antworten
option-bubbles = Clips als Sprachnachrichten, wo das möglich ist
option-job = Welcher Auftrag; ohne der einzige
option-code = Der Code, den du anderswo bekommen hast
option-days = Von wie vielen Tagen
option-channel = Ein Kanal
option-allowed = Darf ich dort benutzt werden?
option-characters = Höchstens so viele Zeichen in einem Auftrag, 0 für ohne Grenze
option-daily = Höchstens so viele Credits je Mitglied und Tag, 0 für ohne Grenze
option-own-voice = Eine deiner Stimmen
option-seed = Gleicher Auftrag und gleicher Startwert, gleicher Clip
option-prompt = Der Klang, in Worten
option-seconds = Länge des Clips; ohne aus der Beschreibung geraten
option-semitones = Verschiebung der Tonhöhe in Halbtönen
option-singing = Im Clip wird gesungen: die Melodie bleibt
option-loop = Das Ende führt in den Anfang
option-negative = Wonach es nicht klingen soll

## Knöpfe, Fenster und Listen

button-again = Nochmal
button-voice = Andere Stimme
button-slower = Langsamer
button-faster = Schneller
button-download = Herunterladen
button-delete = Löschen
button-cancel = Abbrechen
button-newer = Neuere
button-older = Ältere
button-more = Mehr Stimmen
button-back = Zurück
button-hear = Wähle, was du hören willst
window-title = Einen Text sprechen
window-text = Was gesagt wird
window-voice = Stimme
window-speed = Tempo, 0,5 bis 2
download-here = Dieser Link gilt eine Stunde: { $link }
list-voice = **{ $name }** · { $about }
help =
    Ich bin **{ $bot }** und mache Audio. Es kommt als Datei mit Knöpfen: nochmal, andere Stimme, langsamer, schneller.
    • `/tts` spricht einen Text. Lass ihn weg, um in ein Fenster zu schreiben, oder hänge eine .txt-Datei an.
    • `/convert` spricht eine Audiodatei mit einer anderen Stimme. `/sfx` macht einen Klang.
    • Rechtsklick auf eine Nachricht → Apps → *{ $speak }* oder *{ $convert }*.
    • `/voice add` macht eine Stimme aus einer Aufnahme, in die die Person eingewilligt hat. `/settings` merkt sich deine Vorlieben.
    • `/join` liest diesen Kanal in deinem Sprachkanal vor, bis `/leave`.
    • `/credits show` sagt, was du hast, `/queue`, worauf du wartest, `/history`, was du gemacht hast.
    • `/privacy export` und `/privacy delete` gehören dir. `/link` macht dich hier und anderswo zu einer Person.
permission-missing = Mir fehlt hier ein Recht: { $permissions }. Bitte jemanden, der diesen Server verwaltet, es mir zu geben.
permission-missing-there = Wo du gefragt hast, fehlt mir ein Recht: { $permissions }. Bitte jemanden, der jenen Server verwaltet, es mir zu geben.
permission-read = Ich kann diesen Kanal nicht lesen und so das letzte Audio nicht finden. Bitte um *Kanal anzeigen* und *Nachrichtenverlauf lesen*, oder hänge die Datei an.
permission-content = Ich darf hier keine Nachrichten lesen (der *Message Content Intent* ist aus) und so das letzte Audio nicht finden. Hänge die Datei an.
clip-below = Es kommt unten, als Sprachnachricht.
reply-expired = <@{ $user }>
pool-balance = Dieser Server hat { NUMBER($credits) } Credits. Sie werden zuerst ausgegeben; sind sie weg, zahlen Mitglieder selbst.
usage-title = Hier in { $days } Tagen ausgegeben
usage-line = { $name }: { NUMBER($credits) }
usage-empty = Hier wurde nichts ausgegeben.
limits-now = Höchstens { $characters } Zeichen in einem Auftrag, höchstens { $daily } Credits je Mitglied und Tag.
limits-none = beliebig viele
channel-allowed = Ich darf in { $channel } benutzt werden.
channel-denied = Ich darf in { $channel } nicht mehr benutzt werden.

## Einen Kanal vorlesen

command-join = Diesen Kanal in deinem Sprachkanal vorlesen
command-join-name = vorlesen
command-skip = Die Nachricht überspringen, die gerade gelesen wird
command-skip-name = weiter
command-stop = Nicht weiterlesen und vergessen, was noch wartet
command-stop-name = stopp
command-leave = Den Sprachkanal verlassen
command-leave-name = geh
command-admin-reading = Wie hier vorgelesen wird
command-admin-reading-name = vorlesen
option-reading-characters = So viele Zeichen einer Nachricht werden höchstens gelesen
option-reading-names = Sagen, wer eine Nachricht geschrieben hat
option-names-name = namen
aloud-joined = Ich lese jetzt { $text } in { $voice } vor, jede Nachricht mit der Stimme dessen, der sie schrieb (`/voice default`), und bezahlt wie `/tts`. `/skip`, `/stop` und `/leave` sind für alle, die zuhören.
aloud-stage = Auf einer Bühne hört man mich erst, wenn die Moderation mich zum Sprechen eingeladen hat. Bis dahin lese ich nichts, und es kostet nichts.
aloud-mentions-only = Ich darf hier keine Nachrichten lesen (das Intent *Message Content* ist aus) und lese darum nur die vor, die { $bot } erwähnen. Wer mich betreibt, kann es im Entwicklerportal von Discord unter Bot einschalten und mich neu starten.
aloud-already = Ich lese diesen Kanal schon in { $voice } vor.
aloud-join-first = Geh zuerst in einen Sprachkanal: Dorthin komme ich.
aloud-no-gateway = Vorlesen kann ich nur, wo ich mit dem Gateway von Discord verbunden bin, und dieser Teil von mir ist es nicht. Wer mich betreibt, kann `bernie discord` ohne Interactions Endpoint URL starten.
aloud-not-a-member = Ich bin kein Mitglied dieses Servers, nur meine Befehle sind hier. Füge mich über meinen Installationslink noch einmal hinzu, mit dem Scope *bot*.
aloud-permission = Mir fehlt in { $channel } eine Berechtigung: { $permissions }. Bitte jemanden, der diesen Server verwaltet, sie mir zu geben.
aloud-full = { $voice } ist voll. Bitte jemanden, die Grenze zu erhöhen oder mir **Move Members** zu geben.
aloud-no-library = Die Bibliotheken für Sprachkanäle sind nicht installiert. Wer mich betreibt, kann `discord.py[voice]` installieren.
aloud-unreachable = Ich bin nicht in { $voice } gekommen: Der Sprachserver von Discord hat nicht rechtzeitig geantwortet. Versuche es noch einmal. Bleibt es dabei, sollte UDP nach draußen erlaubt werden.
aloud-not-reading = Ich lese hier nichts vor. `/join` beginnt damit.
aloud-listeners-only = Das kann nur, wer in { $voice } zuhört.
aloud-skipped = Übersprungen.
aloud-nothing = Es wird nichts gelesen.
aloud-stopped = { $count ->
    [0] Es wartete nichts.
    [one] Angehalten: Eine Nachricht wird nicht gelesen.
   *[other] Angehalten: { $count } Nachrichten werden nicht gelesen.
}
aloud-left = Ich bin gegangen. `/join` holt mich zurück.
aloud-not-read = { $where } wurde nicht vorgelesen: { $reason }
aloud-unknown = Wir kennen uns noch nicht. Geh auf jenem Server in einen Sprachkanal oder benutze einen Befehl von mir wie `/help`. Dann werden auch deine Nachrichten gelesen.
reading-now = Ich lese höchstens { $characters } Zeichen einer Nachricht und sage { $names ->
    [yes] dazu
   *[no] nicht
}, wer sie schrieb.

# Gesprochen

aloud-says = { $name } sagt: { $text }
aloud-sent = { $name } hat { $kind ->
    [image] { $count ->
        [one] ein Bild
       *[other] { $count } Bilder
    }
    [video] { $count ->
        [one] ein Video
       *[other] { $count } Videos
    }
    [audio] { $count ->
        [one] eine Aufnahme
       *[other] { $count } Aufnahmen
    }
   *[file] { $count ->
        [one] eine Datei
       *[other] { $count } Dateien
    }
} geschickt.
aloud-sticker = { $name } hat einen Sticker geschickt: { $sticker }.
aloud-link = ein Link
aloud-code = Code
aloud-spoiler = ein Spoiler
aloud-time = eine Zeit
aloud-and-so-on = und so weiter

## Hooks

command-hook = Andere Dienste hier sprechen lassen
command-hook-create = Eine Adresse für andere Dienste, deren Clips hierher kommen
command-hook-list = Deine Hooks
command-hook-delete = Einen deiner Hooks löschen
option-template = Was gesagt wird: „Neuer Verkauf: {"{"}/customer/name{"}"}“
option-hook = Welcher
option-hook-purpose = Wofür er ist
hook-not-allowed = Dafür brauchst du **Webhooks verwalten** und das Recht, in diesem Kanal zu schreiben.
hook-not-here = Hier kann ich nicht von mir aus schreiben. Mach den Hook auf einem Server, auf dem ich bin, oder in unseren Direktnachrichten.
