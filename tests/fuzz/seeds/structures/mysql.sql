CREATE TABLE `orders` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `state` enum('a','b') COLLATE utf8mb4_bin DEFAULT NULL,
  `done` tinyint(1) NOT NULL DEFAULT '0',
  PRIMARY KEY (`id`,`name`(20)),
  UNIQUE KEY `u` (`state`),
  CONSTRAINT `fk` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)
) ENGINE=InnoDB;
