-- What a file only claimed is proven now.
DELETE FROM coverage WHERE sha256 = %(sha256)s AND state = 'claimed';
