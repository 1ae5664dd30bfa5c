"""What was generated here, in one small file that is committed: for `upgrade` and `destroy`."""
