module example.com/a
go one
