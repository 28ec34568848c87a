"""Words, sentences and names that the generated pages are filled with.

The training pages and the held-out pages use separate lists.
"""

TRAIN_WORDS = """time year people way day man thing woman life child world school state family student group
country problem hand part place case week company system program question work government number night point
home water room mother area money story fact month lot right study book eye job word business issue side kind
head house service friend father power hour game line end member law car city community name president team
minute idea body information back parent face others level office door health person art war history party
result change morning reason research girl guy moment air teacher force education foot boy age policy process
music market sense nation plan college interest death experience effect use class control field development
role effort rate heart drug show leader light voice wife police mind price report decision son view town road
arm difference value building action season society tax director position player record paper space ground
quickly jumping vexing wizard quartz fjord sphinx black judge vow glyph jumbo expenses zigzag hazy lazy""".split()

HELDOUT_WORDS = """harbour lantern copper meadow violin granite orchard compass velvet thunder saddle bishop
marble kettle anchor blossom furnace glacier pepper sailor trumpet walnut cathedral dragonfly embroidery
feather gallery horizon island jasmine kingdom labyrinth mosaic nectar obsidian parchment quiver riddle
sapphire tapestry umbrella voyage whisper xylophone yarrow zephyr""".split()

SCRIPTS = {
    "train": {
        "ru": "Съешь же ещё этих мягких французских булок да выпей чаю. Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства.",
        "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Τάχιστη αλώπηξ βαφής ψημένη γη, δρασκελίζει υπέρ νωθρού κυνός.",
        "ar": "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق. الملفات والصور والإعدادات محفوظة.",
        "he": "דג סקרן שט בים מאוכזב ולפתע מצא חברה. הגדרות, קבצים ותמונות נשמרו בהצלחה.",
        "hi": "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश करने वाले विष्णुवतार भगवान श्रीराम।",
        "zh-CN": "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏。设置已保存，请重新启动应用程序以完成更新。图像放大与压缩选项。",
        "ja": "いろはにほへとちりぬるを。設定を保存しました。画像を開くにはファイルをドラッグしてください。吾輩は猫である。名前はまだ無い。",
        "ko": "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. 설정이 저장되었습니다. 이미지를 여십시오.",
        "th": "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน จงฝ่าฟันพัฒนาวิชาการ",
        "de": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Fußgängerübergänge müßten überprüft werden.",
        "fr": "Portez ce vieux whisky au juge blond qui fume. Dès Noël où un zéphyr haï me vêt de glaçons würmiens.",
        "pl": "Pchnąć w tę łódź jeża lub ośm skrzyń fig. Zażółć gęślą jaźń, proszę otworzyć plik i zapisać zmiany.",
        "vi": "Do bạch kim rất quý nên sẽ dùng để lắp vô xương. Tệp hình ảnh đã được lưu thành công.",
    },
    "heldout": {
        "ru": "Любя, съешь щипцы, — вздохнёт мэр, — кайф жгуч. Мой дядя самых честных правил.",
        "ja": "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。",
        "zh-CN": "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
        "el": "Γαζίες και μυρτιές δεν θα βρω πια στο χρυσαφί ξέφωτο.",
        "ar": "صف خلق خود كمثل الشمس إذ بزغت يحظى الضجيع بها نجلاء معطار.",
        "de": "Victor jagt zwölf Boxkämpfer quer über das Eis; ein ängstlicher Bär schläft süß.",
    },
}

IDENTIFIERS = {
    "train": """index count buffer width height stride kernel weights output input tile offset result value
total config options path name handler event state queue cache node parent child items entries filter mapper
reader writer stream token parser lexer visitor scale radius image pixel colour matrix vector""".split(),
    "heldout": """ledger invoice beacon quorum shard replica gossip lease epoch cursor digest nonce
envelope courier socket pipeline voucher""".split(),
}

FONT_PACKAGES = {
    "train": [
        "fonts-inter", "fonts-roboto-unhinted", "fonts-lato", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-mono",
        "fonts-firacode", "fonts-jetbrains-mono", "fonts-inconsolata", "fonts-cantarell",
        "fonts-linuxlibertine", "fonts-vollkorn", "fonts-roboto-slab", "fonts-quicksand",
        "fonts-comfortaa", "fonts-courier-prime", "fonts-fantasque-sans", "fonts-b612", "fonts-jura",
        "fonts-karla", "fonts-manrope", "fonts-paratype", "fonts-lobster", "fonts-dancingscript",
        "fonts-sil-gentiumplus", "fonts-clear-sans", "fonts-go", "fonts-anonymous-pro",
        "fonts-crosextra-carlito", "fonts-crosextra-caladea", "fonts-bebas-neue", "fonts-oldstandard",
        "fonts-junicode", "fonts-dosis", "fonts-league-spartan", "fonts-comic-neue", "fonts-play",
        "fonts-urw-base35",
    ],
    "heldout": [
        "fonts-open-sans", "fonts-hack", "fonts-ebgaramond", "fonts-cabin", "fonts-mononoki",
        "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-mono", "fonts-oxygen",
    ],
}

SANS = {
    "train": ["Inter", "Roboto", "Lato", "Noto Sans", "Cantarell", "Quicksand", "Comfortaa", "B612",
              "Jura", "Karla", "Manrope", "PT Sans", "Clear Sans", "Go", "Carlito", "Dosis",
              "League Spartan", "Comic Neue", "Play", "Nimbus Sans", "URW Gothic"],
    "heldout": ["Open Sans", "Cabin", "Oxygen-Sans"],
}
SERIF = {
    "train": ["Noto Serif", "Linux Libertine O", "Vollkorn", "Roboto Slab", "Gentium Plus", "PT Serif",
              "Caladea", "Old Standard TT", "Junicode Two Beta", "Nimbus Roman", "P052", "C059"],
    "heldout": ["EB Garamond"],
}
MONO = {
    "train": ["Fira Code", "JetBrains Mono", "Inconsolata", "Courier Prime", "Fantasque Sans Mono",
              "B612 Mono", "Go Mono", "Anonymous Pro", "Noto Sans Mono", "PT Mono", "Nimbus Mono PS"],
    "heldout": ["Hack", "mononoki"],
}
DISPLAY = {
    "train": ["Lobster Two", "Dancing Script", "Bebas Neue", "Z003", "Comfortaa", "League Spartan"],
    "heldout": ["EB Garamond", "Cabin"],
}
