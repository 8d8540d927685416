"""Invented people's names, chosen for what they do to software that reads them."""

GIRLS = (
    "Ada", "Aaliyah", "Amara", "Ana", "Anneliese", "Ava", "Beatriz", "Camila", "Chloë",
    "Daniela", "Eilidh", "Elena", "Emma", "Fatima", "Freya", "Grace", "Hannah", "Imani", "Ingrid",
    "Isabella", "Jasmine", "Jo", "Juliana", "Kayla", "Keiko", "Leila", "Lucía", "Lupe", "Maja",
    "Mary-Kate", "Mei", "Mia", "Naomi", "Noor", "Olivia", "Paloma", "Priya", "Renée", "Rosa",
    "Saoirse", "Sofía", "Sophia", "Svetlana", "Tamika", "Valentina", "Xiomara", "Yara", "Zoë",
    "D'Asia",
)  # fmt: skip
BOYS = (
    "Aarav", "Adam", "Ahmed", "Andre", "Benjamin", "Björn", "Caleb", "Carlos", "Cole", "Daniel",
    "DeShawn", "Diego", "Elijah", "Ethan", "Félix", "Finn", "Gabriel", "Hassan", "Henry", "Hiroshi",
    "Ian", "Isaac", "Jack", "Jean-Luc", "Jesús", "João", "Jonah", "José", "Kofi", "Leo",
    "Liam", "Łukasz", "Malik", "Marco", "Mateo", "Micah", "Miguel", "Noah", "Omar", "Óscar",
    "Owen", "Rafael", "Ravi", "Samuel", "Søren", "Thomas", "Trevon", "Víctor", "Wei", "Zachary",
)  # fmt: skip
FAMILIES = (
    "Abdi", "Adams", "Al-Hassan", "Álvarez", "Anderson", "Baker", "Begay", "Brown", "Campbell",
    "Carter", "Castillo", "Chen", "Clark", "Cruz", "Davis", "de la Cruz", "D'Angelo", "Díaz",
    "Edwards", "Evans", "Fernández", "Flores", "Foster", "García", "García-López", "Gómez",
    "González", "Gray", "Green", "Hall", "Harris", "Hernández", "Hill", "Ivanova", "Jackson",
    "Jensen", "Johnson", "Jones", "Kim", "Kowalski", "Kumar", "Le", "Lee", "Lewis", "López",
    "MacDonald", "Martin", "Martínez", "McBride", "Miller", "Mitchell", "Mohamed", "Moore",
    "Müller", "Muñoz", "Nakamura", "Nelson", "Ng", "Núñez", "O'Brien", "O'Neill", "Okafor",
    "Olsen", "Ortiz", "Østergård", "Park", "Patel", "Pérez", "Phillips", "Ramírez", "Reyes",
    "Rivera", "Roberts", "Robinson", "Rodríguez", "Sánchez", "Sato", "Scott", "Şahin", "Silva",
    "Singh", "Smith", "St. John", "Taylor", "Thomas", "Thompson", "Torres", "Turner",
    "Van der Berg", "Walker", "Wang", "White", "Williams", "Wilson", "Wright", "Wójcik", "Yazzie",
    "Young", "Zhang", "Þórsson",
)  # fmt: skip
# In Vietnamese order the family name comes first; some forms swap the two, some do not.
VIETNAMESE_FAMILIES = ("Nguyễn", "Đặng", "Trần", "Phạm", "Lê")
VIETNAMESE_GIVEN = ("Minh Anh", "Thị Lan", "Văn Đức", "Quốc Bảo", "Thùy Linh", "Hữu Phước")
TREES = (
    "Oak", "Fir", "Cedar", "Alder", "Birch", "Hemlock", "Juniper", "Larch", "Madrona", "Pine",
    "Spruce", "Willow", "Aspen", "Hawthorn", "Dogwood", "Elm", "Hazel", "Linden", "Poplar",
    "Redwood", "Rowan", "Sequoia", "Sycamore", "Tamarack", "Yew", "Chestnut", "Walnut", "Cypress",
)  # fmt: skip
PLACES = ("", "North ", "South ", "East ", "West ", "Lake ", "River ", "Valley ")
MAIL_DOMAINS = ("example.org", "example.com", "example.net")
