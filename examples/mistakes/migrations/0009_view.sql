CREATE VIEW open_orders AS
SELECT o.id, u.name, o.amount
FROM orders o JOIN users u ON u.id = o.user_id
WHERE o.state = 'open';
