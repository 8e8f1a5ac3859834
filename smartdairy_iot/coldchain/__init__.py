"""A bulk tank's milk: what happens in the tank, and whether it is cold in time. Pure.

======================  ==========================================================
``sample``              one minute of what a tank's sensors said, and the tank
``trend``               medians, noise and slopes of such minutes
``phase``               empty, filling, cooling, storage, emptying, washing
``standard``            what a rule of cold chain asks for, as data
``curve``               when a cooling curve reaches a limit, and what it never can
``judge``               batches, coolings and what is wrong, by a standard
``monitor``             all of it, minute by minute; its state is JSON
======================  ==========================================================

Times are seconds since 1970, so that the state is JSON and no time zone matters.
"""
