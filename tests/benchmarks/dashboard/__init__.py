"""What a dashboard costs the browser that shows it and the server that feeds it."""
