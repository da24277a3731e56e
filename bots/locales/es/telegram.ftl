# Lo que solo dice el bot de Telegram.

## Commands

telegram-command-tts = Decir un texto: /tts voice=emma Hola
telegram-command-convert = Repetir una nota de voz con otra voz: responde a ella
telegram-command-sfx = Hacer un sonido: /sfx rain on a tin roof
telegram-command-voices = Las voces que hay, para oír y elegir
telegram-command-voice = Quién habla cuando no nombras ninguna voz
telegram-command-addvoice = Añadir una voz a partir de una grabación
telegram-command-history = Lo que hiciste, para oírlo otra vez
telegram-command-credits = Cuántos créditos tienes
telegram-command-topup = Comprar créditos con Estrellas de Telegram
telegram-command-queue = Lo que estás esperando
telegram-command-cancel = Cancelar todo lo que estás esperando
telegram-command-settings = Voz, velocidad e idioma, de una vez por todas
telegram-command-language = Idioma de mis respuestas
telegram-command-link = Ser la misma persona aquí y en otros sitios
telegram-command-privacy = Lo que se guarda de ti: recibirlo, borrarlo
telegram-command-help = Lo que sé hacer

## Answers

telegram-help =
    Hago audio. Envíame un texto y lo digo; envíame una nota de voz y la repito con otra voz.
    /tts dice un texto, con opciones delante: /tts voice=emma speed=1.2 Hola. Como respuesta, dice el mensaje al que respondes.
    /sfx hace un sonido: /sfx rain on a tin roof.
    /convert como respuesta a una nota de voz la repite: /convert voice=emma.
    Con /voices oyes y eliges voces, /addvoice crea una de una grabación cuyo hablante estuvo de acuerdo.
    /credits dice lo que tienes, /queue lo que esperas, /history lo que hiciste.
    /settings, /language, /link y /privacy son tuyos.
    En un grupo, nómbrame o respóndeme. En cualquier otro chat, escribe { $bot } y una frase.
telegram-usage = Escribe qué debe ser, por ejemplo { $example }. Las opciones van delante, como nombre=valor: { $options }.
telegram-example-tts = /tts Hola a todos
telegram-example-sfx = /sfx rain on a tin roof
telegram-unknown = No conozco esta orden. /help dice lo que sé hacer.
telegram-no-words = Puedo decir textos y convertir notas de voz, audios y vídeos. En este mensaje no hay nada de eso.
telegram-no-voices = Todavía no hay ninguna voz para elegir. Añade una con /addvoice.
telegram-convert-what = Responde con /convert a una nota de voz, un audio o un vídeo. O simplemente envíame uno.
telegram-too-long = Dura { NUMBER($seconds) } s y es demasiado: como mucho { NUMBER($most) } s.
telegram-in-private = Eso solo en nuestro chat privado. Escríbeme allí.

## Voices

telegram-voice-name = ¿Cómo debe llamarse la voz? Responde con su nombre.
telegram-voice-consent =
    Una voz llamada { $name }: la grabación debe ser de alguien que aceptó que su voz se copie.
    ¿Lo aceptó?
telegram-voice-record = Ahora envíame una nota de voz o un archivo para { $name }: de 3 a 60 segundos de una sola persona, sin música.

## Buttons

telegram-button-again = 🔁 Otra vez
telegram-button-voice = 🎭 Otra voz
telegram-button-file = 📎 Como archivo
telegram-button-delete = 🗑 Borrar
telegram-button-hear = ▶ Oír
telegram-button-use = ⭐ Usar siempre
telegram-button-agree = ✔ Lo aceptó

## Credits for Stars

telegram-topup = ¿Cuántos créditos quieres?
telegram-topup-hint = Más con /topup.
telegram-topup-pack = { NUMBER($credits) } créditos por { NUMBER($stars) } ⭐
telegram-topup-off = Aquí no se venden créditos. Pídele más a quien lleva este bot.
telegram-topup-amount = Escribe un número entero de créditos, de 1 a { NUMBER($most) }: /topup 2500.
telegram-topup-changed = El precio ha cambiado desde entonces. Pide otra factura con /topup.
telegram-invoice-title = { NUMBER($credits) } créditos
telegram-invoice = { NUMBER($credits) } créditos para voz, conversiones y sonidos. Sin gastar, se devuelven con /refund.
telegram-paid = ¡Gracias! { NUMBER($credits) } créditos son tuyos. Tienes { NUMBER($have) }.
telegram-refunded = Devuelto: se retiraron { NUMBER($credits) } créditos y recibes tus Estrellas.
telegram-refund-none = No encuentro esa compra tuya. /refund devuelve la última mientras sus créditos no se hayan gastado.
telegram-paysupport = Una compra cuyos créditos no se han gastado se devuelve con /refund. Para todo lo demás, escribe a quien lleva este bot, con la fecha y el importe. El soporte de Telegram no decide sobre las compras de aquí.

## Inline

telegram-inline-end = Termina con . ! o ? para oírlo: { NUMBER($credits) } créditos
telegram-inline-wait = Aún se está haciendo. Escribe un espacio para mirar.
telegram-inline-start = Escribe una frase, o abre antes nuestro chat

## Privacy

telegram-privacy = Guardo tus voces, tus clips durante 30 días, lo que pediste y tus créditos. Puedes recibirlo todo y puedes hacer que se borre.
telegram-privacy-export = Envíame todo

## Hooks

telegram-command-hook = Una dirección para otros servicios, dicha aquí
telegram-command-hooks = Tus hooks
hook-only-admins = Eso solo lo puede hacer un administrador de este grupo.
hook-made-private = La dirección está en nuestro chat privado. Lo que llega allí se dice aquí.
