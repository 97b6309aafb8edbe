"""
The services of Parley; each decides for its own streams and knows the others only by `shared.contracts`.
"""
