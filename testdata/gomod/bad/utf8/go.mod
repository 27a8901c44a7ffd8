module example.com/a // ÿ
