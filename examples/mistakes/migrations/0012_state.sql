ALTER TYPE state ADD VALUE 'paid';
