"""A bulk tank's milk: what happens in the tank, and whether it is cold in time. Pure.

======================  ==========================================================
``sample``              one minute of what a tank's sensors said, and the tank
``trend``               medians, noise and slopes of such minutes
``look``                what is remembered of the phases, and known in a minute
``turns``               how each phase begins
``filling``             milk comes: when it began, when it has ended
``washing``             the wash of an emptied tank
``phase``               empty, filling, cooling, storage, emptying, washing
``standard``            what a rule of cold chain asks for, as data
``records``             batches, coolings, conditions: plain data
``moment``              one minute under judgement, and conditions that go on
``milkings``            from what happened to batches and coolings
``curve``               when a cooling curve reaches a limit, and what it never can
``foresight``           not yet late, and certain to be
``limits``              the four kinds of limits over one minute
``equipment``           chiller left off, no agitation, missed or cold wash
``judge``               what became of the milk in one minute
``countdown``           what a cooling waits for
``monitor``             all of it, minute by minute; its state is JSON
======================  ==========================================================

Times are seconds since 1970, so that the state is JSON and no time zone matters.
"""
