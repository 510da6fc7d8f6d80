UPDATE users SET mail = lower(email);
