"""What milking is: sessions, yields, attention, balance, drift and grades. Pure."""
