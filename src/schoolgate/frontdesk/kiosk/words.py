"""What a kiosk says, in English and in Spanish. A test keeps the two alike."""

ENGLISH, SPANISH = "en", "es"

WORDS = {
    ENGLISH: {
        "title": "Late today?",
        "other": "Español",
        "type": "Type three letters of your name, and choose your grade. Or scan your card.",
        "name": "Your name, or your card",
        "grade": "Your grade",
        "find": "Find me",
        "who": "Who are you?",
        "not_me": "None of these",
        "why": "Why are you late?",
        "done": "You are down as late.",
        "slip": "Take your slip, and go to class.",
        "print": "Print my slip",
        "next": "Next student",
        "desk": "Please see the desk.",
        "short": "Type at least three letters, and choose your grade.",
        "nobody": "We did not find you.",
        "many": "Several students have that name.",
        "already": "This cannot be done here.",
        "busy": "Too many tries. Please wait a minute, or see the desk.",
        "off": "This kiosk is switched off.",
        "late": "LATE",
        "confirm": "Desk to confirm",
        "resets": "This page begins again in",
        "seconds": "seconds",
        "stay": "I need more time",
        "grade_word": "Grade",
    },
    SPANISH: {
        "title": "¿Llegas tarde?",
        "other": "English",
        "type": "Escribe tres letras de tu nombre y elige tu grado. O escanea tu tarjeta.",
        "name": "Tu nombre o tu tarjeta",
        "grade": "Tu grado",
        "find": "Buscarme",
        "who": "¿Quién eres?",
        "not_me": "Ninguno de estos",
        "why": "¿Por qué llegas tarde?",
        "done": "Tu llegada tarde está anotada.",
        "slip": "Toma tu papel y ve a clase.",
        "print": "Imprimir mi papel",
        "next": "Siguiente estudiante",
        "desk": "Por favor, pasa por la recepción.",
        "short": "Escribe al menos tres letras y elige tu grado.",
        "nobody": "No te encontramos.",
        "many": "Varios estudiantes tienen ese nombre.",
        "already": "Esto no se puede hacer aquí.",
        "busy": "Demasiados intentos. Espera un minuto o pasa por la recepción.",
        "off": "Este quiosco está apagado.",
        "late": "TARDE",
        "confirm": "La recepción lo confirma",
        "resets": "Esta página empieza de nuevo en",
        "seconds": "segundos",
        "stay": "Necesito más tiempo",
        "grade_word": "Grado",
    },
}

# By the codes of arrivals/late_arrival.py; those that a child can say of herself.
REASONS = {
    ENGLISH: {
        "bus": "Late bus",
        "medical": "Doctor or dentist",
        "ill": "I was ill",
        "family": "Family",
        "traffic": "Traffic or weather",
        "overslept": "I overslept",
        "other": "Something else",
    },
    SPANISH: {
        "bus": "El autobús llegó tarde",
        "medical": "Médico o dentista",
        "ill": "Estaba enfermo o enferma",
        "family": "Familia",
        "traffic": "Tráfico o mal tiempo",
        "overslept": "Me quedé dormido o dormida",
        "other": "Otra cosa",
    },
}


def language_of(asked: str) -> str:
    """Give the language that was asked for, or English."""
    return asked if asked in WORDS else ENGLISH
