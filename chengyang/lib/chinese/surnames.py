"""Surnames of two characters, and surnames whose reading differs from the dictionary (requirement U01)."""

_COMPOUND = """
欧阳 尉迟 万俟 长孙 澹台 单于 令狐 宰父 亓官 司空 濮阳 呼延 皇甫 宇文 夏侯 鲜于 赫连 钟离 诸葛 东方 闻人 公孙
轩辕 慕容 拓跋 上官 司马 司徒 司寇 淳于 端木 太叔 申屠 仲孙 公冶 宗政 子车 颛孙 巫马 公西 漆雕 乐正 壤驷 公良
夹谷 谷梁 段干 百里 东郭 南门 羊舌 微生 左丘 西门 南宫 第五 独孤 哥舒 纳兰 叶赫 完颜 梁丘 贺兰 尔朱 公羊 公仪
即墨 达奚 褚师 闾丘 斛律 毌丘 甪里 拓拔 呼衍 耶律 爱新 富察 赫舍 那拉
歐陽 尉遲 長孫 單于 諸葛 東方 聞人 公孫 軒轅 申屠 端木 鮮于 鍾離 令狐 夏侯 澹臺 濮陽 顓孫 樂正 獨孤 納蘭 完顏
"""

# surname=reading/other readings; of two characters: syllable,syllable
_READINGS = """
曾=zeng 仇=qiu 单=shan 解=xie 区=ou 查=zha 盖=ge/gai 朴=piao/pu 翟=zhai/di 缪=miao 覃=qin/tan 任=ren 华=hua
宁=ning 乐=yue/le 纪=ji 冼=xian 洗=xian 员=yun 贠=yun 郇=xun/huan 召=shao/zhao 折=she/zhe 黑=he/hei 秘=bi/mi
种=chong 祭=zhai/ji 燕=yan 佴=nai/er 繁=po 阚=kan 逄=pang 乜=nie 隗=wei/kui 柏=bai/bo 卜=bu 薄=bo 晁=chao
车=che 谌=chen/shen 都=du 费=fei/bi 葛=ge 炅=gui/jiong 句=gou 率=shuai 镡=tan/chan/xin 蔚=yu/wei 尉=wei
颉=xie/jie 牟=mu/mou 能=nai/neng 藏=zang 适=kuo 泷=shuang/long 番=pan 粘=nian 么=yao 难=ning 莘=shen/xin
沈=shen 石=shi 宿=su 相=xiang 胥=xu 要=yao 应=ying 占=zhan 仉=zhang 綦=qi 訾=zi 禚=zhuo 逯=lu 矫=jiao
万=wan 俞=yu 郗=xi/chi 郄=qie/xi 仝=tong 眭=sui 厍=she 迮=ze 呙=guo 笪=da 钭=tou 过=guo 哈=ha 於=yu
重=chong 扎=za/zha 六=lu/liu 长=chang/zhang 会=gui/hui 不=fou/bu 没=mo/mei 度=duo/du 读=dou/du 哆=chi/duo
尉迟=yu,chi 万俟=mo,qi 长孙=zhang,sun 澹台=tan,tai 单于=chan,yu 乐正=yue,zheng 子车=zi,ju 夹谷=jia,gu
毌丘=guan,qiu 甪里=lu,li 令狐=ling,hu 皇甫=huang,fu 鲜于=xian,yu 亓官=qi,guan 拓跋=tuo,ba 拓拔=tuo,ba
斛律=hu,lv 褚师=chu,shi 达奚=da,xi 夏侯=xia,hou 尔朱=er,zhu
"""

COMPOUND_SURNAMES = frozenset(_COMPOUND.split())

# The first reading is the sort key; search also uses the others, which some families use.
SURNAME_READINGS = {
    surname: tuple(readings.split("/")) for surname, _, readings in (line.partition("=") for line in _READINGS.split())
}
