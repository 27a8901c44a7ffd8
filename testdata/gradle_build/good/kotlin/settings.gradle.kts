rootProject.name = "kts"
