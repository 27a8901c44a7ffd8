module example.com/a
go 1.20
go 1.21
