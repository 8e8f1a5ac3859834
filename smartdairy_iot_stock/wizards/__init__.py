from . import stock_lot_hold
