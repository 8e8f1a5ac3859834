"""From a box of devices to registered ones: files, ranges, labels, claim codes.

Pure: no Odoo, no database. Problems are told as a kind with its values, so that the
wizards can say them in the language of whoever reads them.

:mod:`table`     bytes of a CSV or XLSX file → header and rows, numbered
:mod:`column`    which columns there are, and which header means which
:mod:`cell`      one cell → a value, or what is wrong with it
:mod:`known`     what is there already: devices, farms, tanks, profiles …
:mod:`draft`     one row: its values, and the device that it means
:mod:`place`     names of farms, tanks, gateways … → records
:mod:`plan`      what would be created and changed, and every problem
:mod:`series`    ``TEMP-{n:03}`` from 1 to 60
:mod:`code`      one-time codes
:mod:`label`     sizes of labels, and QR codes
"""
