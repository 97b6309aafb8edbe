"""Spanish."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

SPANISH = Lexicon(
    question="""
        =qué, ^es eso, ^es esto, ^es normal, ^es posible, ^es cierto, ^están, ^puede, ^pueden, ^hay, ^ha,
        ^han, ^tiene, ^tienen, ^se puede, que pasa, que hacemos, que hago, que dice, a que, cuándo, dónde,
        por qué, cómo, quién, quiénes, cuál, cuáles, cuánto, cuánta, cuántos, cuántas, tiene usted, tienen
        noticias, puede usted, pueden ustedes, podría*, podrían, puedes, ha contestado, ha respondido, han
        recibido, hay noticias, alguna novedad, alguna noticia, novedades, noticias del, noticias sobre,
        pregunta, preguntas, duda, dudas, saben algo, sabe algo, sabemos algo, debemos, debería*, quisiera
        saber
    """,
    request="""
        estaría bien, vendría bien, pronto, pronta, detalles, enviarlo, envío, antes posible, reenv*, por
        favor, rogamos, ruego, ruega, envíe, envíen, envíenos, envíeme, enviar, enviarnos, enviarme, envía,
        mande, manden, mandar, mándenos, facilite*, facilitar, remita*, remitir, proporcion*, =confirme,
        confirmen, confirmar, confirmación, necesit*, hace falta que, avise, avísenos, avísame, avíseme,
        diga, díganos, dígame, llame, llámeme, llámenos, llamar, contacte*, contactar, conteste, contesten,
        contestar a, responda, respondan, infórmenos, informe al, urgente*, urge, cuanto antes, inmediata*,
        lo antes posible, recuerde, no olvide, asegúre*, compruebe, comprobar, verifi*, revise, revisar,
        explique, explicar, aclare*, aclarar, decida, decidir, decisión, apruebe, aprobar, aprobación,
        autoriz*, firme, firmar, firma, quisiera*, querría*, quiero, queremos, gustaría, debe, deben,
        deberán, tienen que, tiene que, hay que, de antemano, por anticipado, por adelantado, sería*,
        agradecería*, cierre, cierren, detenga*, espere, paren, ponga*, suba, aporte*, aportar, su opinión,
        su decisión, sus instrucciones, contamos con, cuento con, pase, páseme
    """,
    waiting="""
        esperamos, esperando, a la espera, en espera, quedo a, quedamos a, esperamos su, esperamos sus,
        espero su, espero sus, falta, faltan, faltaba*, sin, esperábamos, esperaba, espero que, esperamos
        que, pendiente*, echamos en falta, carecemos
    """,
    contrast="""
        de verdad, en serio, interesante, ambas, ambos, !dos, !tres, opción, segunda, segundo, pero, sin
        embargo, aunque, no obstante, lamentablemente, desafortunadamente, desgraciadamente, !no, nunca,
        nada, ningún*, ninguna, nadie, todavía, aún, salvo, excepto, a menos, si no, en vez, en lugar, solo,
        sólo, solamente, =si, hm, hmm*, en realidad, por cierto, además, también, sorprend*, extrañ*, raro,
        antes de, primero, o bien, otra cosa, mientras tanto, tampoco, sino
    """,
    problem="""
        error*, erróne*, equivocad*, incorrect*, mal, reclam*, queja*, quejar*, disput*, impugn*, objeci*,
        oposici*, desacuerdo, insatisfech*, descontent*, decepcion*, rechaz*, niega*, negó, problema con,
        problemas, retras*, demora*, tarde, demasiado, imposible, inaceptable*, anul*, cancele*, cancelar*,
        cancelad*, cancelación, defect*, devuel*, devol*, peor, preocup*, amenaz*, rescin*, difiere
    """,
    settlement="""
        acuerdo de pago, transacción, oferta*, ofrec*, propone*, proponemos, propuesta de, plazo, plazos,
        cuota*, descuento*, quita, condona*, por ciento, mitad, rebaja*
    """,
    document="""
        documento*, documentación, contrato*, factura*, copia*, justificante*, prueba*, adjunt*, anexo*,
        poder notarial, poder, albarán*, abono*, recibo*, extracto*, certificado*, formulario*, carta,
        archivo, fichero*
    """,
    deadline="""
        fecha límite, a más tardar, antes del, dentro de, hoy, mañana por, hasta mañana, hasta el, lunes,
        martes, miércoles, jueves, viernes, sábado, domingo, enero, febrero, marzo, abril, mayo, junio,
        julio, agosto, septiembre, octubre, noviembre, diciembre, próxima semana, semana que viene, esta
        semana, próximo mes, días hábiles, semanas, meses, horas, venc*, caduc*
    """,
    money="""
        euro, euros, importe*, cantidad, coste*, costas, gasto*, tasa*, intereses, interés, suma, saldo,
        cuenta bancaria, cuenta, iban, transferencia*, pago, pagos, pagar, paga, honorario*, comisión,
        precio*, iva, reembols*, dinero
    """,
    limitation="""
        prescri*, caducidad
    """,
    news="""
        deudor*, deudora*, juzgado*, juez, tribunal*, sentencia*, demanda*, abogad*, procurador*, concurso,
        insolv*, quiebra, embarg*, juicio*, audiencia*, recurso*, fiador*, avalista*, dirección, domicilio,
        teléfono, =él, ella, ellos, requerimiento*, deuda*
    """,
    machine="""
        el estado, estado en, valora, ignora, ignore, ignoren, ignorar, instruccion*, sistema, system,
        asistente*, ia, inteligencia, modelo*, robot, robots, clasific*, marca, marcar, marque, márcalo,
        tarea*, conversación, como resuelt*, como conclui*, como cerrad*, como terminad*, olvida, olvide
        las, responde con, comando*, máquina*, siguiente mensaje, veredicto
    """,
    promise="""
        le aviso, les aviso, le avisaré, les avisaré, le avisaremos, les avisaremos, le informo, le
        informaré, le informaremos, les informaremos, mantendré, mantendremos, le digo, le diré, le diremos,
        le comento, volveré a, me pongo en contacto, nos pondremos, me pondré, lo consulto, lo reviso, lo
        revisaremos, lo miro, lo compruebo, le llamo, le llamaré, le contestaré, les contestaremos, te
        aviso, os aviso
    """,
    absence="""
        ausente, ausencia, respuesta automática, de vacaciones, fuera de la oficina, fuera de oficina, de
        baja, regreso el, vuelvo el, estaré de vuelta, de permiso
    """,
    anchor="""
        gracias, agradec*, anotado, nota, entendido, comprendo, recibido, claro, vale, ok, orden, bien,
        bueno, buena, buenas, buen, perfecto, excelente, estupendo, genial, maravilloso, fantástico,
        enhorabuena, felicidades, felices, feliz, alegra*, alegramos, contentos, satisfechos, acuerdo,
        conforme*, parece bien, sí, correcto, confirmado, aceptamos, de nada, placer, fin de semana,
        navidad, vacaciones, tarde, saludo*, atentamente, hecho, actualizado, corregido, arreglado,
        cambiado, eliminado, cerrado, resuelto, terminado, por supuesto, con gusto, igualmente, hola,
        estimad*, nada más, no tenemos más, eso es todo, lo acordado, así lo haremos, adelante, enterado,
        aclarado, apoyo, apoyamos
    """,
    closing="""
        no tenemos más preguntas, no tengo más preguntas, ninguna pregunta, sin más preguntas, no hay más
        preguntas, más preguntas, no hay problema, ningún problema, sin problema, sin problemas, no hace
        falta que conteste, no hace falta que contesten, no hace falta que responda, no hace falta que
        respondan, no hace falta responder, no hace falta contestar, no hace falta respuesta, no es
        necesario responder, no es necesario contestar, no es necesario que responda, no es necesario que
        conteste, no es necesario, no se requiere respuesta, no requiere respuesta, no hace falta, nada más,
        nada que añadir, de nada, sin objeciones, ninguna objeción, no hay objeciones, igualmente, también
        para usted, a usted también, también para ustedes, ignorar mi mensaje, olvide mi pregunta, olvide mi
        mensaje, ignore mi mensaje, puede ignorar mi, responde a mi pregunta, responde mi pregunta, resuelve
        mi duda, resuelve mis dudas, duda resuelta, dudas resueltas, aclara mi duda, aclara mis dudas, justo
        lo que necesitaba, justo lo que necesitábamos, todo lo que necesitamos, todo lo que necesitaba, lo
        que necesitábamos, por la aclaración, por aclararlo, por la confirmación, por su confirmación, según
        lo solicitado, no podría ser mejor, no se preocupe, no se preocupen, quedo agradecido, quedo
        agradecida, feliz domingo, no hay de qué, sin más por nuestra parte, sin nada más
    """,
    common="""
        gracias, muchas, por, la, el, los, las, de, del, su, sus, nos, nuestra, parte, es, está, y, en, que,
        para, recibido, anotado, entendido, perfecto, acuerdo, buen, buena, bien, muy, todo, saludo,
        saludos, hecho, vale, lo, se, le, ya, caso, asunto, no, con
    """,
)
