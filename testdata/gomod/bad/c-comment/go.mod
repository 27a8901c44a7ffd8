module example.com/a /* no */
