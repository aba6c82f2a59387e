"""What the program was held against, table by table: `python -m validation` writes the document.

Each module of this folder makes tables of one matter, out of the sample district, of made-up data
drawn here, or of published data that lies beside the repository.
"""
