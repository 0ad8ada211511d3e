WORD = "beside the folder"
