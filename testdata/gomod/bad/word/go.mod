module example.com/a

  relocate example.com/b
