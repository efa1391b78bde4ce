"""What bases registers for other floors (docs/architecture.md)."""

from chengyang.accounts.reach import register_posts

from .models import Post


def _kept(user_id, day):
    posts = Post.objects.on(day).filter(person__user_id=user_id, person__state="active", kind=Post.Kind.MANAGER)
    return posts.values_list("base_id", flat=True)


register_posts("bases", _kept)
