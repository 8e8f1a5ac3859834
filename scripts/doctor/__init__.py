"""What is wrong with an installation, and what to do: ``make doctor``.

Elsewhere: ``python3 scripts/doctor --config /etc/odoo/odoo.conf``, with the Python that
Odoo has. It only looks: nothing is changed, restarted or repaired. A room for each
thing that is looked at; ``finding.py`` is what each of them says.
"""
