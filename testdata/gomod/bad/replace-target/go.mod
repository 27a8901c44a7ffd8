module example.com/a
replace example.com/b => example.com/c
