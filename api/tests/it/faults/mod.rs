//! A database fails, for real: what is asked meanwhile is answered or refused, at once, and nothing is answered that is not charged.

mod charging;
mod disk;
mod killed;
mod postgres;
mod question;
mod replica;
mod row;
