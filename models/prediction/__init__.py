"""A folder of pictures to one file of answers; any size, resumable, needs no Keras."""
