"""Passwords of eight characters and more that everybody tries first, in small letters."""

COMMON = frozenset(
    """
    password password0 password1 password2 password3 password9 password12 password123 password1234 password! password1!
    password123! passwort passwort1 passw0rd passw0rd1 p@ssword p@ssw0rd p@ssword1 p@ssw0rd1 pa$$word pa$$w0rd pass1234
    passpass password2024 password2025 password2026 passphrase contraseña contrasena motdepasse
    12345678 123456789 1234567890 12345678910 87654321 987654321 0987654321 9876543210 01234567 0123456789 11223344
    1122334455 12341234 123123123 123321123 12344321 1234554321 123456123 123456654321 11112222 22223333 00001111
    12121212 10101010 20202020 69696969 13131313 31415926 314159265 3141592653 24681357 13579246 135792468 147258369
    159753159 741852963 789456123 963852741 321321321 456456456 789789789 10203040 1029384756 19841984 20002000
    1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 q1w2e3r4 q1w2e3r4t5 qazwsxedc qaz123wsx zaq12wsx
    zaq1zaq1 qwertyui qwertyuio qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertz123 qwertzui
    qwertzuiop azertyui azertyuiop azerty123 asdfghjk asdfghjkl asdfasdf asdf1234 asdfqwer qweasdzxc qweqweqwe qwer1234
    qwerasdf qweasd123 zxcvbnm1 zxcvbnm123 zxcvbnmasdfghjkl zxcvasdf zxcvzxcv poiuytrewq lkjhgfdsa mnbvcxz1 1234qwer
    123qweasd 123qwe123 123qweasdzxc qwe123qwe q1q1q1q1 a1b2c3d4 a1b2c3d4e5 abc12345 abcd1234 abcd12345 abcdef12
    abcdef123 abc123abc abc123456 abcabcabc abcd1234! 1a2b3c4d a1234567 a12345678 a123456789 aa123456 aa12345678
    1234abcd 12345abc 123456ab 123456abc 12345678a 123456789a 12345678q 123456789q 123abc123 1234567a 12345qwert
    iloveyou iloveyou1 iloveyou2 iloveyou12 iloveyou123 iloveyou! iloveme1 ilovegod ilovejesus ihateyou loveyou1
    loveyou2 loveyou123 lovelove lovelove1 lovely12 ichliebedich tequiero teamomucho jetaime1 mylove123 forever1
    forever21 football football1 football12 football123 baseball baseball1 baseball12 basketball basketball1 softball
    volleyball hockey12 soccer12 soccer123 liverpool liverpool1 chelsea1 chelsea123 arsenal1 arsenal123 barcelona
    barcelona1 realmadrid manchester manchesterunited juventus cowboys1 yankees1 steelers lakers24 rangers1 celtic1888
    princess princess1 princess12 princess123 sunshine sunshine1 sunshine12 sunshine123 superman superman1 superman123
    batman123 spiderman spiderman1 starwars starwars1 startrek pokemon1 pokemon123 minecraft minecraft1 naruto123
    sasuke123 dragonball dragon12 dragon123 monkey12 monkey123 shadow12 shadow123 master12 master123 killer12 killer123
    michael1 michael123 jennifer jennifer1 jessica1 jessica123 michelle michelle1 jonathan jordan23 jordan123 charlie1
    charlie123 daniel12 daniel123 ashley12 ashley123 anthony1 andrew123 alexander alexander1 alexandra nicholas
    nicole12 nicole123 christian christopher christina elizabeth elizabeth1 samantha samantha1 stephanie victoria
    victoria1 veronica benjamin matthew1 thomas123 joshua123 robert123 william1 patrick1 patricia sebastian natalie1
    gabriela fernando francisco alejandro alejandra cristian mariposa estrella princesa hermosa1 corazon1 valentina
    computer computer1 computer123 internet internet1 samsung1 samsung123 microsoft google123 facebook facebook1
    facebook123 linkedin linkedin1 whatsapp youtube1 snapchat instagram password.com letmein1 letmein12 letmein123
    letmein! welcome1 welcome12 welcome123 welcome1! welcome! welcome2 welcome2024 welcome2025 welcome2026 changeme
    changeme1 changeme123 changeme! trustno1 whatever whatever1 blink182 access14 secret12 secret123 secret123!
    adminadmin admin123 admin1234 admin12345 admin123! administrator administrator1 administrador root1234 rootroot
    toor1234 test1234 test12345 testtest testing1 testing123 tester123 guest123 guestguest user1234 username username1
    login123 default1 temp1234 temppass demo1234 server123 system123 manager1 oracle123 cisco123 vagrant1 ubuntu123
    raspberry raspberrypi docker123 postgres postgresql mysql123 jenkins123 kubernetes homeassistant synology
    chocolate chocolate1 butterfly butterfly1 sweetheart sweetpea cupcake1 cookie123 cheese123 banana123 pumpkin1
    strawberry blueberry pineapple peanut123 orange123 purple123 flower123 summer12 summer123 summer2024 summer2025
    summer2026 winter123 winter2024 winter2025 winter2026 spring2024 spring2025 spring2026 autumn2024 autumn2025
    autumn2026 january1 february september september1 november november1 december december1 october1 monday123 friday13
    midnight midnight1 rainbow1 rainbow123 diamond1 diamond123 silver123 golden123 mustang1 mustang123 mercedes
    corvette porsche1 ferrari1 ferrari123 harley123 yamaha123 toyota123 yellow123 phoenix1 phoenix123 panther1
    scorpion scorpion1 maverick cocacola cocacola1 marlboro1 marlboro heineken guinness metallica metallica1 slipknot
    slipknot1 nirvana1 greenday eminem123 beatles1 pinkfloyd ledzeppelin nintendo playstation playstation1 xbox1234
    fortnite1 fortnite123 roblox123 counterstrike warcraft warcraft1 worldofwarcraft leagueoflegends 5201314520
    woaini1314 woaini520 woaini123 p4ssword p4ssw0rd pa55word pa55w0rd qwerty00 q2w3e4r5 1password mypassword
    mypassword1 yourpassword newpassword nopassword thepassword supersecret topsecret verysecret opensesame sesame123
    letmeinnow openup123 hello123 hello1234 hellohello helloworld helloworld1 hola1234 bonjour1 hallo123 hallo1234
    hallohallo schatz123 sommer123 ficken123 berlin123 hamburg1 deutschland bernie123 bernie1234 bernie12345
    bernievoice berniebernie berniebot correcthorsebatterystaple
    """.split()  # noqa: SIM905
)
