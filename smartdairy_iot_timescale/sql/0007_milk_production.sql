-- Litres are of milkings alone, which Odoo's database has (iot.milking.session): what a
-- meter's volumes mean, its profile says. The view milk_production_daily is there now.
-- The table milkings goes at the end of the same upgrade, when what it alone knew, of
-- readings that were dropped, has been taken over.

DROP VIEW IF EXISTS milk_production_daily;
