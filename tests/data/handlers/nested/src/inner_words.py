WORD = "beside the file"
