"""What messaging needs of the outside world, one file per technology."""
