Handler = 7
