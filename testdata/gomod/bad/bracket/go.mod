module example.com/a
)
