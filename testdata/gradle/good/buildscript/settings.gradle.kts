rootProject.name = "computed-$it"
