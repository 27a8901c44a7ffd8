plugins {
    `java-library`
    kotlin("jvm") version "1.9.0"
    id("com.example.tool") version "2.0"
    alias(libs.plugins.something)
}

val text = """
dependencies { implementation("com.example:in-a-string:1.0") }
"""

project(":sub").dependencies {
    implementation("com.example:sub:1.0")
}

dependencies {
    implementation("com.example:plain:1.0"); testImplementation("com.example:same-line:1.0")
    implementation(group = "com.example", name = "named", version = "1.0")
    "custom"("com.example:custom:1.0")
    implementation(enforcedPlatform("com.example:bom:1.0"))
    testImplementation(testFixtures("com.example:fixtures:1.0"))
    implementation("com.example:interpolated:${libs.version.get()}")
    implementation(kotlin("stdlib"))
    implementation(libs.something)
    implementation("com.example:lambda:1.0") {
        isTransitive = false
    }
    /* nested { braces } */
}
