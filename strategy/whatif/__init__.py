"""What a draft strategy would change, on every account at once, before anybody is contacted."""
