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
    • `/join` lee este canal en voz alta en tu canal de voz, hasta `/leave`.
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

## Leer un canal en voz alta

command-join = Leer este canal en voz alta en tu canal de voz
command-join-name = leer
command-skip = Saltar el mensaje que se está leyendo
command-skip-name = saltar
command-stop = Dejar de leer y olvidar los mensajes que esperan
command-stop-name = parar
command-leave = Salir del canal de voz
command-leave-name = salir
command-admin-reading = Cómo se leen los canales aquí
command-admin-reading-name = lectura
option-reading-characters = Máximo de caracteres que se leen de un mensaje
option-reading-names = Decir quién escribió un mensaje
option-names-name = nombres
aloud-joined = Ahora leo { $text } en voz alta en { $voice }, cada mensaje con la voz de quien lo escribió (`/voice default`) y pagado como `/tts`. `/skip`, `/stop` y `/leave` son para quienes escuchan.
aloud-stage = En un escenario se me oye cuando un moderador me ha invitado a hablar. Hasta entonces no leo nada y nada se paga.
aloud-mentions-only = Aquí no puedo leer mensajes (el intent *Message Content* está apagado), así que solo leo los que mencionan a { $bot }. Quien me gestiona puede encenderlo en el portal de desarrolladores de Discord, en Bot, y reiniciarme.
aloud-already = Ya leo este canal en { $voice }.
aloud-join-first = Entra primero en un canal de voz: allí iré.
aloud-no-gateway = Solo puedo leer en voz alta donde estoy conectado al gateway de Discord, y esta parte de mí no lo está. Quien me gestiona puede iniciar `bernie discord` sin Interactions Endpoint URL.
aloud-not-a-member = No soy miembro de este servidor, solo lo son mis comandos. Añádeme otra vez con mi enlace de instalación, con el ámbito *bot*.
aloud-permission = Me falta un permiso en { $channel }: { $permissions }. Pide a alguien que gestione este servidor que me lo dé.
aloud-full = { $voice } está lleno. Pide que suban su límite o que me den **Move Members**.
aloud-no-library = Las bibliotecas para canales de voz no están instaladas. Quien me gestiona puede instalar `discord.py[voice]`.
aloud-unreachable = No pude entrar en { $voice }: el servidor de voz de Discord no respondió a tiempo. Inténtalo de nuevo. Si sigue así, quien me gestiona debería permitir la salida de UDP.
aloud-not-reading = Aquí no leo nada en voz alta. `/join` lo empieza.
aloud-listeners-only = Eso solo lo pueden hacer quienes escuchan en { $voice }.
aloud-skipped = Saltado.
aloud-nothing = No se está leyendo nada.
aloud-stopped = { $count ->
    [0] No esperaba nada.
    [one] Parado: un mensaje no se lee.
   *[other] Parado: { $count } mensajes no se leen.
}
aloud-left = Me he ido. `/join` me trae de vuelta.
aloud-not-read = { $where } no se leyó en voz alta: { $reason }
aloud-unknown = todavía no nos conocemos. Entra en un canal de voz de ese servidor o usa un comando mío como `/help`. Entonces también se leerán tus mensajes.
reading-now = Leo como máximo { $characters } caracteres de un mensaje y { $names ->
    [yes] digo
   *[no] no digo
} quién lo escribió.

# Hablado

aloud-says = { $name } dice: { $text }
aloud-sent = { $name } envió { $kind ->
    [image] { $count ->
        [one] una imagen
       *[other] { $count } imágenes
    }
    [video] { $count ->
        [one] un vídeo
       *[other] { $count } vídeos
    }
    [audio] { $count ->
        [one] una grabación
       *[other] { $count } grabaciones
    }
   *[file] { $count ->
        [one] un archivo
       *[other] { $count } archivos
    }
}.
aloud-sticker = { $name } envió un sticker: { $sticker }.
aloud-link = un enlace
aloud-code = código
aloud-spoiler = un spoiler
aloud-time = una hora
aloud-and-so-on = etcétera

## Hooks

command-hook = Deja hablar aquí a otros servicios
command-hook-create = Una dirección para otros servicios cuyos clips llegan aquí
command-hook-list = Tus hooks
command-hook-delete = Borra un hook tuyo
option-template = Lo que se dice: «Nueva venta: {"{"}/customer/name{"}"}»
option-hook = Cuál
option-hook-purpose = Para qué es
hook-not-allowed = Para eso necesitas **Gestionar webhooks** y poder escribir en este canal.
hook-not-here = Aquí no puedo escribir por mi cuenta. Crea el hook en un servidor en el que esté, o en nuestros mensajes directos.
