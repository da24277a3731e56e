# Lo que solo dice el bot de Discord.

## Comandos

command-tts = Decir un texto con una voz
command-tts-name = decir
command-convert = Decir un clip con otra voz
command-convert-name = convertir
command-sfx = Hacer el sonido que se describe
command-sfx-name = sonido
command-voice = Voces: incluidas y tuyas
command-voice-name = voz
command-voice-list = Las voces que hay
command-voice-list-name = lista
command-voice-search = Encontrar una voz
command-voice-search-name = buscar
command-voice-add = Añadir una voz a partir de una grabación
command-voice-add-name = añadir
command-voice-preview = Escuchar una voz
command-voice-preview-name = muestra
command-voice-info = Lo que se sabe de una voz
command-voice-info-name = datos
command-voice-rename = Dar otro nombre a una voz tuya
command-voice-rename-name = renombrar
command-voice-delete = Borrar una voz tuya
command-voice-delete-name = borrar
command-voice-default = Quién habla si no nombras ninguna voz
command-voice-default-name = preferida
command-history = Lo que hiciste, para oírlo otra vez
command-history-name = historial
command-credits = Créditos
command-credits-name = créditos
command-credits-show = Cuántos créditos tienes
command-credits-show-name = ver
command-credits-give = Dar créditos a alguien
command-credits-give-name = dar
command-credits-transfer = Poner créditos tuyos en lo que este servidor puede gastar
command-credits-transfer-name = transferir
command-settings = Voz, velocidad, formato e idioma, de una vez por todas
command-settings-name = ajustes
command-queue = Lo que esperas
command-queue-name = cola
command-cancel = Cancelar lo que esperas
command-cancel-name = cancelar
command-link = Ser la misma persona aquí y en otros sitios
command-link-name = enlazar
command-help = Lo que sé hacer
command-help-name = ayuda
command-privacy = Lo que se guarda de ti
command-privacy-name = privacidad
command-privacy-export = Conseguir todo lo que se guarda de ti
command-privacy-export-name = exportar
command-privacy-delete = Borrar todo lo que se guarda de ti
command-privacy-delete-name = borrar
command-admin = Para quienes administran este servidor
command-admin-grant = Conceder créditos a un miembro o a este servidor
command-admin-pool = Lo que este servidor puede gastar
command-admin-limits = Límites de los encargos en este servidor
command-admin-channels = Dónde se me puede usar
command-admin-usage = Quién gastó cuánto
menu-speak = Decir este mensaje
menu-convert = Convertir la voz

## Opciones

option-text = Qué decir; sin él se escribe en una ventana
option-text-file = Un archivo .txt con lo que hay que decir
option-file = Un archivo de audio; sin él, el último de este canal
option-private = Solo tú lo ves
option-voice = Una voz
option-search = Un nombre, un idioma, cómo suena
option-recording = De 3 a 60 segundos de una persona hablando
option-name = Su nombre
option-agreed = La persona está de acuerdo con que se haga esta voz
option-description = Cómo suena
option-new-name = Su nuevo nombre
option-amount = Cuántos créditos
option-member = A quién
option-speed = 1 es el ritmo propio de la voz
option-format = Formato de archivo de los clips
option-language = Idioma de mis respuestas
option-bubbles = Clips como mensajes de voz, donde se pueda
option-job = Qué encargo; sin él, el único
option-code = El código que te dieron en otro sitio
option-days = De cuántos días
option-channel = Un canal
option-allowed = ¿Se me puede usar allí?
option-characters = Máximo de caracteres por encargo, 0 para no tener límite
option-daily = Máximo de créditos por miembro y día, 0 para no tener límite
option-own-voice = Una voz tuya
option-seed = Mismo encargo y misma semilla, mismo clip
option-prompt = El sonido, en palabras
option-seconds = Duración del clip; sin ella se deduce de la descripción
option-semitones = Cambio de tono en semitonos
option-singing = En el clip se canta: se conserva la melodía
option-loop = El final lleva al principio
option-negative = A qué no debe sonar

## Botones, ventanas y listas

button-again = Otra vez
button-voice = Otra voz
button-slower = Más lento
button-faster = Más rápido
button-download = Descargar
button-delete = Borrar
button-cancel = Cancelar
button-newer = Más nuevos
button-older = Más viejos
button-more = Más voces
button-back = Atrás
button-hear = Elige qué oír
window-title = Decir un texto
window-text = Qué decir
window-voice = Voz
window-speed = Velocidad, de 0,5 a 2
download-here = Este enlace vale una hora: { $link }
list-voice = **{ $name }** · { $about }
help =
    Soy **{ $bot }** y hago audio. Llega como archivo con botones: otra vez, otra voz, más lento, más rápido.
    • `/tts` dice un texto. Déjalo vacío para escribir en una ventana, o adjunta un archivo .txt.
    • `/convert` dice un archivo de audio con otra voz. `/sfx` hace un sonido.
    • Clic derecho en un mensaje → Aplicaciones → *{ $speak }* o *{ $convert }*.
    • `/voice add` hace una voz a partir de una grabación con consentimiento. `/settings` recuerda tus gustos.
    • `/credits show` dice lo que tienes, `/queue` lo que esperas, `/history` lo que hiciste.
    • `/privacy export` y `/privacy delete` son tuyos. `/link` te hace una sola persona aquí y en otros sitios.
permission-missing = Me falta un permiso aquí: { $permissions }. Pide a quien administra este servidor que me lo dé.
permission-missing-there = Donde lo pediste me falta un permiso: { $permissions }. Pide a quien administra ese servidor que me lo dé.
permission-read = No puedo leer este canal y no encuentro el último audio. Pide *Ver canal* y *Leer el historial de mensajes*, o adjunta el archivo.
permission-content = No puedo leer mensajes aquí (el *Message Content Intent* está apagado) y no encuentro el último audio. Adjunta el archivo.
clip-below = Está debajo, como mensaje de voz.
reply-expired = <@{ $user }>
pool-balance = Este servidor tiene { NUMBER($credits) } créditos. Se gastan primero; cuando se acaban, cada miembro gasta los suyos.
usage-title = Gastado aquí en { $days } días
usage-line = { $name }: { NUMBER($credits) }
usage-empty = Aquí no se gastó nada.
limits-now = Como mucho { $characters } caracteres por encargo y { $daily } créditos por miembro y día.
limits-none = cualquier cantidad de
channel-allowed = Se me puede usar en { $channel }.
channel-denied = Ya no se me puede usar en { $channel }.
