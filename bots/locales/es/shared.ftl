# Lo que dice cada bot. Aquí no se habla de Discord ni de Telegram.

## Un encargo

job-queued = ⏳ En la cola, en el puesto { $place }.
job-running = 🎙️ En marcha: { $percent } %
job-done = { $voice } · { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] crédito
   *[other] créditos
}
job-done-sound = { NUMBER($seconds) } s · { NUMBER($credits) } { $credits ->
    [one] crédito
   *[other] créditos
}
job-cancelled = Cancelado. { $credits ->
    [one] Se devolvió { NUMBER($credits) } crédito
   *[other] Se devolvieron { NUMBER($credits) } créditos
}.
job-gone = Este clip ya no se conserva. Hazlo otra vez.
clip-too-large = El clip tiene { NUMBER($megabytes) } MB, más de lo que se puede adjuntar aquí. Este enlace vale una hora: { $link }
clip-as-link = Este enlace vale una hora: { $link }
clip-for-you = Aquí está lo que pediste:
clip-no-longer-there = El lugar donde lo pediste ya no existe, así que va aquí:

## Lo que salió mal

error-unexpected = Algo falló de nuestro lado. Inténtalo de nuevo y cita { $reference } si sigue igual.
error-not-yours = Solo puede hacerlo quien lo pidió.
error-nothing-to-say = En ese mensaje no hay texto.
error-no-audio = En ese mensaje no hay ningún archivo de audio. Elige uno con un archivo o un mensaje de voz.
error-no-audio-here = No hay audio en los últimos mensajes de aquí. Adjunta un archivo.
error-attachment-gone = Ese archivo ya no se puede obtener: su enlace caducó. Envíalo de nuevo.
error-attachment-large = Ese archivo tiene { NUMBER($megabytes) } MB, que es demasiado: como mucho { NUMBER($most) } MB.
error-text-file = Ese archivo no es un texto que pueda leer. Envíalo como .txt en UTF-8.
error-number = «{ $given }» no es un número.
error-no-such-job = No tienes ningún encargo así en espera.
error-consent = Una voz solo se añade si su dueño está de acuerdo. Pregúntale y después confírmalo.
error-only-here = Esto solo funciona en un servidor.
error-only-owner = Solo quien gestiona este bot puede conceder créditos a un servidor. Dale de los tuyos: eso es transferir.
this-server = este servidor
error-only-admins = Solo puede hacerlo quien administra este servidor.

## Listas y respuestas

voices-title = Voces
voices-yours = Tuyas
voices-built-in = Incluidas
voices-none = Ninguna voz encaja con «{ $text }».
voice-added = «{ $name }» ya es tuya. Di algo con ella: { $example }
voice-deleted = «{ $name }» está borrada, y su grabación también.
voice-renamed = Ahora se llama «{ $name }».
voice-default = Desde ahora habla «{ $name }» si no nombras ninguna voz.
voice-default-none = Desde ahora habla la voz propia del modelo si no nombras ninguna.
voice-choose = ¿Qué voz?
voices-choose-for-clip = ¿Qué voz debe tomar el clip?
voice-of-yours = Tu voz
voice-recorded = { NUMBER($seconds) } s de grabación
voice-consent = Consentimiento registrado por { $who } el { $when }.
history-title = Lo que hiciste
history-empty = Todavía no hay nada.
credits-have = Tienes { NUMBER($credits) } { $credits ->
    [one] crédito
   *[other] créditos
}.
credits-pool = Este servidor tiene { NUMBER($credits) }, que aquí se gastan primero.
credits-prices = La voz cuesta 1 por carácter, una voz convertida 15 por segundo, un sonido 40 por segundo.
credits-given = { NUMBER($credits) } { $credits ->
    [one] crédito está
   *[other] créditos están
} ahora con { $name }.
credits-granted = Concedidos { NUMBER($credits) } a { $name }.
queue-title = Lo que esperas
queue-empty = No esperas nada.
queue-more = …y { $count } más.
cancel-asked = Parará en su próximo paso.
cancel-which = Tienes varios encargos en espera. Elige uno.
cancelled-many = { $count ->
    [one] Cancelado { $count } encargo
   *[other] Cancelados { $count } encargos
}.
settings-title = Tus ajustes
settings-changed = Guardado.
settings-voice = Voz
settings-speed = Velocidad
settings-format = Formato
settings-language = Idioma
settings-private = Solo tú ves las respuestas
settings-bubbles = Clips como mensajes de voz
settings-default = como venga
yes = sí
no = no
link-code = Tu código es **{ $code }**. Vale 10 minutos y una sola vez. Escríbelo donde te conocen con otro nombre y los dos serán uno: voces, créditos e historial.
link-done = Hecho: ya eres la misma persona aquí y allí. Tienes { NUMBER($credits) } créditos.
privacy-export = Aquí está todo lo que se guarda de ti.
privacy-export-large = Lo que se guarda de ti es más de lo que se puede adjuntar aquí. Consíguelo en la página web de este servicio o pídeselo a quien lo gestiona.
privacy-delete-ask = Esto borra tus voces, clips, historial, claves y créditos. No hay vuelta atrás.
privacy-delete-yes = Borrarlo todo
privacy-deleted = Todo está borrado.
webhook-disabled = Tu webhook { $name } se ha desactivado: { $reason ->
    [gone] respondió 410 Gone
   *[failing] nada llega allí desde hace cinco días
}. Actívalo de nuevo cuando esté arreglado y recupera después lo que se perdió.

## Hooks: direcciones a las que escriben otros servicios

hook-made =
    Aquí está la dirección. Guárdala para ti: quien la conoce puede enviar, y pagas tú.
    { $url }
    Lo que llega allí se dice aquí. Acepta JSON, un formulario o texto; el registro, las firmas y los límites están en la API HTTP.
hook-none = No tienes hooks.
hook-line = { $name }: { NUMBER($accepted) } dichos, { NUMBER($refused) } rechazados
hook-deleted = Ese hook está borrado. Su dirección ya no lleva a ninguna parte.
