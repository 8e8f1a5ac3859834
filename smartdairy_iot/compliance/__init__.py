"""The record of what the cold chain asks for, as one data set. Pure."""
