module example.com/a
replace example.com/b => ./c
replace example.com/b => ./d
